"""Which of the entities that share a name is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint, LexiconEntity, NameType
from dti.domain.mentions import Alternative
from dti.lexicon import Lexicon, Posting
from dti.lexicon.base import HUMAN
from dti.lexicon.fold import fold
from dti.mentions.siblings import siblings

_TYPE_WEIGHT = {
    NameType.CANONICAL: 1.0,
    NameType.SYNONYM: 0.9,
    NameType.SYMBOL: 0.8,
    NameType.ABBREVIATION: 0.85,
    NameType.BRAND: 0.7,
    NameType.VARIANT: 0.75,
    NameType.WEAK: 0.45,
}
_STYLES = {EntityKind.DRUG: ("drugbank", "drugbank-open", "drugcentral"), EntityKind.TARGET: ("drugbank-targets", "ttd")}
_UNPRINTED = 0.5
_OTHER_SPECIES = 0.5
_KEPT = 0.5
_MOST = 3
_LARGEST_FAMILY = 6
_PART = 0.4
_MOST_PARTS = 2


def rank(postings: Sequence[Posting], lexicon: Lexicon) -> tuple[Alternative, ...]:
    """Alternatives of one name, best first; those far behind the best are left out."""
    best: dict[int, float] = {}
    for posting in postings:
        entity = lexicon.entity(posting.entity)
        best[posting.entity] = max(best.get(posting.entity, 0.0), _TYPE_WEIGHT[posting.type] * _weight(entity))
    ordered = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    top = ordered[0][1] if ordered else 0.0
    kept: dict[tuple[str, ...], Alternative] = {}
    for number, score in ordered:
        if score < _KEPT * top or len(kept) == _MOST:
            break
        entity = lexicon.entity(number)
        kept.setdefault(_printed(entity), Alternative(entity, score))
    alternatives = list(kept.values())
    if not alternatives or alternatives[0].entity.kind is EntityKind.DRUG:
        return tuple(alternatives)
    key = fold(postings[0].spelling)
    parts = (
        *_members(alternatives, lexicon),
        *_subtypes(key, alternatives[0], lexicon),
        *_unprinted(alternatives, ordered, lexicon),
    )
    return (*alternatives, *_parts(alternatives, parts, lexicon))


def _printed(entity: LexiconEntity) -> tuple[str, ...]:
    """What tells two alternatives apart for a reader: enzymes of many bacteria are printed under one name."""
    return tuple(filter(None, map(entity.printed, _STYLES[entity.kind]))) or (entity.curie,)


def _parts(alternatives: Sequence[Alternative], parts: Sequence[tuple[float, int]], lexicon: Lexicon) -> Iterator[Alternative]:
    """What the text may mean more exactly than it says."""
    seen = {alternative.entity.curie for alternative in alternatives}
    for score, number in parts:
        if (entity := lexicon.entity(number)).curie not in seen:
            seen.add(entity.curie)
            yield Alternative(entity, _PART * score)


def _members(alternatives: Sequence[Alternative], lexicon: Lexicon) -> Iterator[tuple[float, int]]:
    """Members of small families."""
    for family in alternatives:
        if len(family.entity.members) <= _LARGEST_FAMILY:
            numbers = map(lexicon.find, family.entity.members)
            yield from ((family.score, number) for number in numbers if number is not None)


def _subtypes(key: str, best: Alternative, lexicon: Lexicon) -> Iterator[tuple[float, int]]:
    """Entities whose names differ from that of the best alternative in the subtype only, which the text leaves out."""
    for name in best.entity.names:
        for row in siblings(key, name.text, lexicon):
            listed = (p for p in lexicon.postings(row, EntityKind.TARGET) if p.type is not NameType.WEAK)
            yield from ((best.score, posting.entity) for posting in list(listed)[:1])


def _unprinted(
    alternatives: Sequence[Alternative], ordered: Sequence[tuple[int, float]], lexicon: Lexicon
) -> Iterator[tuple[float, int]]:
    """The best readings in a style that no better reading has: what one table lists whole, another may list in parts."""
    for style in _STYLES[EntityKind.TARGET]:
        if not any(alternative.entity.printed(style) for alternative in alternatives):
            having = [(score, number) for number, score in ordered if lexicon.entity(number).printed(style)]
            yield from having[:_MOST_PARTS]


def _weight(entity: LexiconEntity) -> float:
    """Human before other species, and what drug tables list before what they do not."""
    listed = any(entity.printed(style) for style in _STYLES[entity.kind])
    native = entity.kind is EntityKind.DRUG or entity.taxon == HUMAN or Hint.FAMILY in entity.hints
    return (1.0 if listed else _UNPRINTED) * (1.0 if native else _OTHER_SPECIES)

"""Which of the entities that share a name is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint, LexiconEntity, NameType
from dti.domain.mentions import Alternative
from dti.lexicon import Lexicon, Posting
from dti.lexicon.base import HUMAN

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
    return (*kept.values(), *_parts(list(kept.values()), lexicon))


def _printed(entity: LexiconEntity) -> tuple[str, ...]:
    """What tells two alternatives apart for a reader: enzymes of many bacteria are printed under one name."""
    return tuple(filter(None, map(entity.printed, _STYLES[entity.kind]))) or (entity.curie,)


def _parts(alternatives: Sequence[Alternative], lexicon: Lexicon) -> Iterator[Alternative]:
    """Members of small families, as what the text may mean more exactly than it says."""
    seen = {alternative.entity.curie for alternative in alternatives}
    for family in alternatives:
        if len(family.entity.members) > _LARGEST_FAMILY:
            continue
        for member in family.entity.members:
            number = lexicon.find(member)
            if number is not None and (entity := lexicon.entity(number)).curie not in seen:
                seen.add(entity.curie)
                yield Alternative(entity, _PART * family.score)


def _weight(entity: LexiconEntity) -> float:
    """Human before other species, and what drug tables list before what they do not."""
    listed = any(entity.printed(style) for style in _STYLES[entity.kind])
    native = entity.kind is EntityKind.DRUG or entity.taxon == HUMAN or Hint.FAMILY in entity.hints
    return (1.0 if listed else _UNPRINTED) * (1.0 if native else _OTHER_SPECIES)

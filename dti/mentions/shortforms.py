"""Short forms: what a text defines one as goes over what the lexicon has it for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import lru_cache

from dti.domain.entities import Curie, EntityKind
from dti.domain.evidence import Span
from dti.domain.lexicon import Hint
from dti.domain.mentions import Alternative, EntityMention, Found
from dti.grounding.abbreviations import Definition
from dti.lexicon import Lexicon
from dti.lexicon.fold import tokens
from dti.mentions.aliases import is_disease, is_of
from dti.mentions.ranking import rank

# A long form may begin with a word that the name lacks, such as "human" or "soluble".
_FOREIGN_WORD = 12
# Letters of what abbreviates a structure need not be in it: "hexahydro-1,3,5-trinitro-1,3,5-triazine (RDX)".
_BESIDE = re.compile(r"(\S{10,200})\s\(([A-Z][A-Z\d-]{1,7})[);,]")
_LOCANTS = re.compile(r"\d(?:,\d'?)+-|\d'?-[^\d-]+(?:-[^\d-]+)*-?\d'?-")
_SHARED = 2
_SYMBOL = 5
_FULL = 8


def defined(text: str, told: Sequence[Definition], found: Sequence[EntityMention]) -> Iterator[EntityMention]:
    """Short forms that the text defines for a mention, wherever they stand; `told` are all its definitions."""
    for definition in told:
        short = text[definition.short.start : definition.short.end]
        meant = [mention for mention in found if _means(mention, definition.long)]
        for match in re.finditer(rf"(?<![^\W_]){re.escape(short)}(?=s?(?![^\W_]))", text):
            for mention in meant:
                yield replace(mention, span=Span(*match.span()), found=Found.ABBREVIATION)


def _means(mention: EntityMention, long: Span) -> bool:
    return mention.span.end == long.end and mention.span.start <= long.start + _FOREIGN_WORD


def undisputed(text: str, told: Sequence[Definition], found: Sequence[EntityMention]) -> Iterator[EntityMention]:
    """Mentions without the short forms that the text gives to something else than what the lexicon means."""
    long_forms = {_singular(text[d.short.start : d.short.end]): d.long for d in told}
    substances = {_singular(match[2]) for match in _BESIDE.finditer(text) if _LOCANTS.search(match[1])}
    for mention in found:
        written = _singular(text[mention.span.start : mention.span.end])
        if mention.kind is EntityKind.TARGET and written in substances:
            continue
        long = long_forms.get(written)
        if long is None or mention.found is Found.PATTERN or _agrees(text, long, mention, found):
            yield mention


def _agrees(text: str, long: Span, mention: EntityMention, found: Sequence[EntityMention]) -> bool:
    """Whether the long form may mean what the mention does: by a name that says as much, and not if it names the other kind."""
    written = text[long.start : long.end]
    if mention.kind is EntityKind.TARGET and is_disease(written):
        return False
    if _of_the_other_kind(mention.kind, [m for m in found if _means(m, long) and m.alternatives]):
        return False
    words = [token.fold for token in tokens(written) if len(token.fold) > 3]
    names = (name.text for alternative in mention.alternatives for name in alternative.entity.names)
    least = _SHARED if mention.span.end - mention.span.start < _SYMBOL else 1
    return any(_says(_words(name), words, least) for name in names)


def _of_the_other_kind(kind: EntityKind, meant: Sequence[EntityMention]) -> bool:
    """Whether the long form is a substance where a target is asked for, or the other way round; a protein may be both."""
    proteins = any(Hint.BIOTECH in mention.alternatives[0].entity.hints for mention in meant)
    return bool(meant) and not proteins and kind not in {mention.kind for mention in meant}


def _says(name: frozenset[str], words: Sequence[str], least: int) -> bool:
    """Whether a name has the head of a long form, or enough of its words: insulin resistance is no insulin receptor."""
    return bool(words) and (words[-1] in name or len(name.intersection(words)) >= least)


def settled(text: str, found: Sequence[EntityMention], lexicon: Lexicon) -> Iterator[EntityMention]:
    """Mentions with those readings of a short name alone that the text names in full too, if it does so with any.

    "D2" is the dopamine receptor where one is named, whatever other protein has the symbol.
    """
    named = {m.alternatives[0].entity.curie for m in found if m.alternatives and m.span.end - m.span.start >= _FULL}
    for mention in found:
        meant = _named_readings(text, mention, named, lexicon) if named and _doubtful(mention, named) else ()
        yield replace(mention, alternatives=meant) if meant else mention


def _doubtful(mention: EntityMention, named: Set[Curie]) -> bool:
    """Whether the mention is a short name of a target that the text does not spell out; families stand for their members."""
    if mention.found is not Found.NAME or mention.kind is EntityKind.DRUG or mention.span.end - mention.span.start > _SYMBOL:
        return False
    first = mention.alternatives[0].entity
    return first.curie not in named and Hint.FAMILY not in first.hints


def _named_readings(text: str, mention: EntityMention, named: Set[Curie], lexicon: Lexicon) -> tuple[Alternative, ...]:
    postings = lexicon.lookup(text[mention.span.start : mention.span.end], EntityKind.TARGET)
    readings = rank([p for p in postings if lexicon.entity(p.entity).curie in named], lexicon)
    first = mention.alternatives[0].entity
    return tuple(r for r in readings if r.entity.curie in named and not is_of(first, r.entity))


def _singular(short: str) -> str:
    return short.removesuffix("s")


@lru_cache(maxsize=1 << 14)
def _words(name: str) -> frozenset[str]:
    return frozenset(token.fold for token in tokens(name) if len(token.fold) > 3)

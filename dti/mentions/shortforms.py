"""Short forms: what a text defines one as goes over what the lexicon has it for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.mentions import EntityMention, Found
from dti.grounding.abbreviations import definitions
from dti.lexicon.fold import tokens
from dti.mentions.aliases import is_disease

# A long form may begin with a word that the name lacks, such as "human" or "soluble".
_FOREIGN_WORD = 12
# Letters of what abbreviates a structure need not be in it: "hexahydro-1,3,5-trinitro-1,3,5-triazine (RDX)".
_BESIDE = re.compile(r"(\S{10,200})\s\(([A-Z][A-Z\d-]{1,7})[);,]")
_LOCANTS = re.compile(r"\d(?:,\d'?)+-|\d'?-[^\d-]+(?:-[^\d-]+)*-?\d'?-")
_SHARED = 2


def defined(text: str, found: Sequence[EntityMention]) -> Iterator[EntityMention]:
    """Short forms that the text defines for a mention, wherever they stand."""
    for definition in definitions(text):
        short = text[definition.short.start : definition.short.end]
        meant = [
            m for m in found if m.span.end == definition.long.end and m.span.start <= definition.long.start + _FOREIGN_WORD
        ]
        for match in re.finditer(rf"(?<![^\W_]){re.escape(short)}(?=s?(?![^\W_]))", text):
            for mention in meant:
                yield replace(mention, span=Span(*match.span()), found=Found.ABBREVIATION)


def undisputed(text: str, found: Sequence[EntityMention]) -> Iterator[EntityMention]:
    """Mentions without the short forms that the text gives to something else than what the lexicon means."""
    long_forms = {_singular(text[d.short.start : d.short.end]): d.long for d in definitions(text)}
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
    kinds = {m.kind for m in found if m.alternatives and m.span.end == long.end and m.span.start <= long.start + _FOREIGN_WORD}
    if kinds and mention.kind not in kinds:
        return False
    words = [token.fold for token in tokens(written) if len(token.fold) > 3]
    names = (name.text for alternative in mention.alternatives for name in alternative.entity.names)
    return any(_says(_words(name), words) for name in names)


def _says(name: frozenset[str], words: Sequence[str]) -> bool:
    """Whether a name has the head of a long form, or several of its words: insulin resistance is no insulin receptor."""
    return bool(words) and (words[-1] in name or len(name.intersection(words)) >= _SHARED)


def _singular(short: str) -> str:
    return short.removesuffix("s")


@lru_cache(maxsize=1 << 14)
def _words(name: str) -> frozenset[str]:
    return frozenset(token.fold for token in tokens(name) if len(token.fold) > 3)

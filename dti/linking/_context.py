"""What a document says that helps to tell which of its alternatives a name means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dti.assertion.setting import speaks_of
from dti.domain.lexicon import LexiconEntity
from dti.grounding.abbreviations import definitions
from dti.lexicon.base import HUMAN
from dti.lexicon.fold import fold, tokens
from dti.linking._weights import approved_symbol

MOUSE, RAT = "10090", "10116"
_INVERTED = re.compile(r"(?<![\w-])([A-Za-z][\w/+-]{1,9}) \(([^()]{5,80})\)")
_LONG_WORD = 5
_LONG_NAME = 5


@dataclass(frozen=True, slots=True)
class Context:
    """A text as linking sees it: what short forms mean, and folded long forms as short ones; its species; its folded words."""

    meaning: Mapping[str, str]
    abbreviation: Mapping[str, str]
    species: str
    words: frozenset[str]
    folded: str
    text: str

    @classmethod
    def of(cls, text: str) -> Context:
        """The context that a text gives."""
        pairs = dict(_definitions(text))
        found = tokens(text)
        return cls(
            meaning=pairs,
            abbreviation={fold(long): short for short, long in pairs.items()},
            species=_species(text),
            words=frozenset(token.fold for token in found),
            folded="".join(token.fold for token in found),
            text=text,
        )

    def support(self, entity: LexiconEntity, name: str) -> float:
        """How far the text speaks of the entity elsewhere, from 0 to 1: by its other names, or by their words."""
        own = fold(name)
        symbol = fold(approved_symbol(entity))
        if symbol in self.words and symbol not in own and own not in symbol:
            return 1.0
        if any(other in self.folded for other in _folded_names(entity) if other not in own and own not in other):
            return 1.0
        words = _name_words(entity) - {own}
        return 0.6 * len(words & self.words) / len(words) if words else 0.0


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    """Short forms with what they stand for, "long (SHORT)" and "SHORT (long)"; the first definition holds."""
    seen: dict[str, str] = {}
    for definition in definitions(text):
        seen.setdefault(text[definition.short.start : definition.short.end], text[definition.long.start : definition.long.end])
    for match in _INVERTED.finditer(text):
        turned = f"{match[2]} ({match[1]})"
        for definition in definitions(turned):
            if definition.long.start == 0:
                seen.setdefault(match[1], match[2])
    yield from seen.items()


def _species(text: str) -> str:
    """Human unless the text speaks of mice or rats and of no people; of two others the commoner."""
    counts = {taxon: len(speaks_of(taxon).findall(text)) for taxon in (HUMAN, MOUSE, RAT)}
    others = max((MOUSE, RAT), key=counts.__getitem__)
    return others if counts[others] and not counts[HUMAN] else HUMAN


@lru_cache(maxsize=1 << 13)
def _folded_names(entity: LexiconEntity) -> frozenset[str]:
    return frozenset(folded for name in entity.names if len(folded := fold(name.text)) >= _LONG_NAME)


@lru_cache(maxsize=1 << 13)
def _name_words(entity: LexiconEntity) -> frozenset[str]:
    """Words of the entity's names; those of many names count once."""
    counts: defaultdict[str, int] = defaultdict(int)
    for name in entity.names:
        for word in {token.fold for token in tokens(name.text) if len(token.fold) >= _LONG_WORD}:
            counts[word] += 1
    return frozenset(sorted(counts, key=lambda word: (-counts[word], word))[:6])

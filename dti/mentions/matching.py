"""All stretches of whole words whose folded form the lexicon holds."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from dti.lexicon import Lexicon
from dti.lexicon.fold import Token, tokens
from dti.lexicon.hashing import PrefixHashes

_LONGEST = 16
_BARRIER = re.compile(r"[.;:!?,]\s|[=<>±%;\n]|\)\s*\(")


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens [first, last] of the text are a name; `row` is where the lexicon has it."""

    first: int
    last: int
    row: int


class TokenisedText:
    """A text's tokens with the hashes of every stretch of them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: tuple[Token, ...] = tokens(text)
        lengths = np.fromiter((len(token.fold) for token in self.tokens), dtype=np.intp, count=len(self.tokens))
        self._ends = np.cumsum(lengths)
        self._starts = self._ends - lengths
        self._hashes = PrefixHashes("".join(token.fold for token in self.tokens))
        self._segments = self._segmented()

    def matches(self, lexicon: Lexicon) -> list[Match]:
        """Every stretch within one clause that is a name, first tokens first."""
        count = len(self.tokens)
        if not count:
            return []
        firsts = np.repeat(np.arange(count), _LONGEST)
        lasts = firsts + np.tile(np.arange(_LONGEST), count)
        inside = lasts < count
        firsts, lasts = firsts[inside], lasts[inside]
        spoken = self._ends > self._starts
        whole = (self._segments[firsts] == self._segments[lasts]) & spoken[firsts] & spoken[lasts]
        firsts, lasts = firsts[whole], lasts[whole]
        rows = lexicon.rows(self._hashes.between(self._starts[firsts], self._ends[lasts]))
        hit = rows >= 0
        return [Match(*found) for found in zip(firsts[hit].tolist(), lasts[hit].tolist(), rows[hit].tolist(), strict=True)]

    def key(self, match: Match) -> str:
        """The folded form of a match."""
        return "".join(token.fold for token in self.tokens[match.first : match.last + 1])

    def written(self, index: int) -> str:
        """Token `index` as the text spells it."""
        return self.text[self.tokens[index].start : self.tokens[index].end]

    def gap(self, index: int) -> str:
        """What stands between token `index` and the next one."""
        return self.text[self.tokens[index].end : self.tokens[index + 1].start]

    def same_clause(self, index: int) -> bool:
        """Whether token `index` and the next one belong to one clause."""
        return bool(self._segments[index] == self._segments[index + 1])

    def _segmented(self) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """The number of each token's clause: no name goes beyond one."""
        breaks = [0, *(bool(_BARRIER.search(self.gap(index))) for index in range(len(self.tokens) - 1))]
        return np.cumsum(breaks[: len(self.tokens)], dtype=np.intp)

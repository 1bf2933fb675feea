"""MASS whose fragment begins with what looks like a name."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from dti.training.objectives.base import Masked, Pieces, check_ratio, fragment_length, hide


@dataclass(frozen=True, kw_only=True)
class EntityMass:
    """The fragment starts at a word of at least `least_pieces` pieces, anywhere if there is none that far from the end.

    Names of drugs and proteins are the words that a vocabulary of word pieces has to spell.
    """

    ratio: float = 0.15
    least_pieces: int = 3

    def __post_init__(self) -> None:
        check_ratio(self.ratio)

    def mask(self, tokens: Sequence[int], pieces: Pieces, rng: random.Random) -> Masked:
        """Hide max(1, round(ratio * tokens)) tokens in a row."""
        length = fragment_length(len(tokens), self.ratio)
        last = len(tokens) - length
        starts = [start for start in self._names(tokens, pieces) if start <= last]
        start = rng.choice(starts) if starts else rng.randint(0, last)
        return hide(tokens, start, length, pieces, rng)

    def _names(self, tokens: Sequence[int], pieces: Pieces) -> list[int]:
        starts = [at for at, token in enumerate(tokens) if token not in pieces.continuing]
        ends = [*starts[1:], len(tokens)]
        return [start for start, end in zip(starts, ends, strict=False) if end - start >= self.least_pieces]

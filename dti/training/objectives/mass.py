"""Masked sequence to sequence pretraining (MASS): a fragment anywhere in the text."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from dti.training.objectives.base import Masked, Pieces, check_ratio, fragment_length, hide


@dataclass(frozen=True, kw_only=True)
class Mass:
    """Every start is equally likely; `ratio` is the share of the text that is hidden, best near a half."""

    ratio: float = 0.5

    def __post_init__(self) -> None:
        check_ratio(self.ratio)

    def mask(self, tokens: Sequence[int], pieces: Pieces, rng: random.Random) -> Masked:
        """Hide max(1, round(ratio * tokens)) tokens in a row."""
        length = fragment_length(len(tokens), self.ratio)
        return hide(tokens, rng.randint(0, len(tokens) - length), length, pieces, rng)

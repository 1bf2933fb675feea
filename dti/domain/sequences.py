"""What a sequence model returns."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token: its characters [start, end) in the text and its natural log-probability."""

    start: int
    end: int
    logprob: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One decoded sequence."""

    text: str
    tokens: tuple[Token, ...]

    @property
    def score(self) -> float:
        """Mean token log-probability; minus infinity for an empty sequence."""
        return sum(t.logprob for t in self.tokens) / len(self.tokens) if self.tokens else -math.inf

    def logprobs(self, start: int, end: int) -> tuple[float, ...]:
        """Log-probabilities of the tokens that overlap characters [start, end)."""
        return tuple(t.logprob for t in self.tokens if t.start < end and t.end > start)


@dataclass(frozen=True, slots=True)
class Generation:
    """The n-best hypotheses for one source text, best first; `truncated` if the source was cut."""

    hypotheses: tuple[Hypothesis, ...]
    truncated: bool = False

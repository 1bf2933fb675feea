"""Protocol of the ways to decide which labels of a model its student may believe."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dti.selftraining.labels import Batch, Model
from dti.training.pairs.examples import PairExample

_SURE = 1.96  # standard deviations of a 95% interval


@dataclass(frozen=True, slots=True)
class Material:
    """What a strategy may look at: the model that labelled, gold documents, a seed."""

    model: Model
    gold: Sequence[PairExample]
    seed: int
    threads: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Labels are accepted from a score of `threshold` on; without one nothing is, and `reason` says why."""

    threshold: float | None
    reason: str = ""


class Selection(Protocol):
    """A strategy; a frozen dataclass whose fields are its settings."""

    def scores(self, batches: Sequence[Batch], material: Material) -> list[list[float]]:
        """A score for each label of each batch, the higher the more credible, whatever other labels there are."""

    def cut(self, scores: Sequence[float], right: Sequence[bool]) -> Cut:
        """Where to cut, from the scores of the clean slice's labels and whether they are right."""


def precise(scores: Sequence[float], right: Sequence[bool], precision: float, least: int) -> Cut:
    """The lowest threshold whose accepted labels reach `precision`, of thresholds that accept `least` labels or more."""
    order = sorted(zip(scores, right, strict=True), key=lambda row: -row[0])
    best, hits = None, 0
    for count, (score, hit) in enumerate(order, start=1):
        hits += hit
        closed = count == len(order) or order[count][0] < score  # labels of one score are accepted together
        if closed and count >= least and hits >= precision * count:
            best = score
    if best is None:
        return Cut(None, f"no safe threshold: none of {len(order)} clean labels' scores reaches a precision of {precision:g}")
    return Cut(best)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95% interval of a share (Wilson, 1927); the whole range where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, squared = hits / count, _SURE**2
    centre = (share + squared / (2 * count)) / (1 + squared / count)
    half = _SURE * math.sqrt(share * (1 - share) / count + squared / (4 * count**2)) / (1 + squared / count)
    return max(0.0, centre - half), min(1.0, centre + half)

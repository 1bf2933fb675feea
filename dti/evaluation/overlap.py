"""How far two sets agree, and the figures derived from that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


def harmonic_mean(precision: float, recall: float) -> float:
    """F1; 0 where both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(frozen=True, slots=True)
class Overlap:
    """Sizes of two sets and of what they share. Nothing predicted for nothing to find counts as perfect."""

    hits: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Hits per predicted item; of an empty prediction 1 if there was nothing to find, else 0."""
        return self._share(self.predicted)

    @property
    def recall(self) -> float:
        """Hits per gold item; of an empty gold set 1 if nothing was predicted, else 0."""
        return self._share(self.gold)

    @property
    def f1(self) -> float:
        """Harmonic mean of this overlap's own precision and recall."""
        return harmonic_mean(self.precision, self.recall)

    @property
    def jaccard(self) -> float:
        """Shared items per distinct item; 1 for two empty sets."""
        return self._share(self.predicted + self.gold - self.hits)

    def _share(self, total: int) -> float:
        return self.hits / total if total else float(self.predicted == self.gold)


def total(overlaps: Iterable[Overlap]) -> Overlap:
    """The overlap of disjoint pools: counts added up."""
    rows = tuple(overlaps)
    return Overlap(sum(row.hits for row in rows), sum(row.predicted for row in rows), sum(row.gold for row in rows))

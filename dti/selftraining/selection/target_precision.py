"""The confidence from which on enough of a clean slice's labels are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dti.selftraining.labels import Batch
from dti.selftraining.selection.base import Cut, Material, precise


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPrecision:
    """The lowest confidence at which the share `precision` of the slice's labels is right, told by `labels` of them or more."""

    precision: float = 0.6
    labels: int = 8

    def scores(self, batches: Sequence[Batch], material: Material) -> list[list[float]]:  # noqa: ARG002 - the protocol's
        """The confidences."""
        return [[label.confidence for label in batch.labels] for batch in batches]

    def cut(self, scores: Sequence[float], right: Sequence[bool]) -> Cut:
        """The lowest safe threshold, or none."""
        return precise(scores, right, self.precision, self.labels)

"""A fixed confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dti.selftraining.labels import Batch
from dti.selftraining.selection.base import Cut, Material


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Labels of a calibrated confidence of `least` or more."""

    least: float = 0.5

    def scores(self, batches: Sequence[Batch], material: Material) -> list[list[float]]:  # noqa: ARG002 - the protocol's
        """The confidences."""
        return [[label.confidence for label in batch.labels] for batch in batches]

    def cut(self, scores: Sequence[float], right: Sequence[bool]) -> Cut:  # noqa: ARG002 - the protocol's
        """At `least`, whatever the slice says."""
        return Cut(self.least)

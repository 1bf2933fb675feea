"""The more confident the labels, the more the document counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from dti.selftraining.weighting.base import Pseudo, Scales, Weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """The mean confidence of a document's labels, to the power of `power`."""

    power: float = 1.0

    def weigh(self, documents: Sequence[Pseudo], scales: Scales) -> Weighed:  # noqa: ARG002 - the protocol's
        """Calibrated confidence is the chance that a label is right."""
        return Weighed(tuple(fmean(document.confidences) ** self.power for document in documents))

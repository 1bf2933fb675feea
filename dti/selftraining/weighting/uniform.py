"""No weighting: every pseudo-labelled document counts the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dti.selftraining.weighting.base import Pseudo, Scales, Weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """`weight` of a gold document for each."""

    weight: float = 0.5

    def weigh(self, documents: Sequence[Pseudo], scales: Scales) -> Weighed:  # noqa: ARG002 - the protocol's
        """The same for all."""
        return Weighed((self.weight,) * len(documents))

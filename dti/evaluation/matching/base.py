"""The protocol of a matching mode."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Protocol, TypeAlias

from dti.evaluation.overlap import Overlap

Item: TypeAlias = tuple[str, ...]
"""What is compared: a whole triplet's three names, or the single name of one slot."""


class Matching(Protocol):
    """Compares sets of items; several overlaps are alternative readings, of which a figure takes its best."""

    def overlaps(self, predicted: Set[Item], gold: Set[Item]) -> tuple[Overlap, ...]:
        """At least one reading of how far the items of one document agree."""

    def pooled(self, documents: Sequence[tuple[Set[Item], Set[Item]]]) -> tuple[Overlap, ...]:
        """At least one reading of how far the (predicted, gold) items of all documents together agree."""

    def unknown_documents(self, ids: Sequence[str]) -> None:
        """Predictions without gold: return to leave them out, or raise EvaluationError."""

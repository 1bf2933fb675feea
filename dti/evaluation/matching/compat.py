"""The benchmark's own comparison, quirks included, for figures comparable with published ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from dti.evaluation.matching.base import Item
from dti.evaluation.names import abbreviation, body, last_digit_to_roman
from dti.evaluation.overlap import Overlap

_MIN_ROMAN_LENGTH = 3
_NOT_ALPHANUMERIC = re.compile(r"[^a-zA-Z0-9]+")
_VIEWS = (body, abbreviation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compat:
    """Two readings of each set: every name by its body, or every name by its bracketed abbreviation.

    Kept on purpose: one reading holds for a whole set, precision and recall may take different readings, names are
    lower-cased before digits become upper-case Roman numerals, the pool of all documents is a plain set, predictions
    without gold are left out.
    """

    def overlaps(self, predicted: Set[Item], gold: Set[Item]) -> tuple[Overlap, ...]:
        """One overlap per reading, bodies first."""
        views = ((_view(predicted, form), _view(gold, form)) for form in _VIEWS)
        return tuple(Overlap(len(ours & theirs), len(ours), len(theirs)) for ours, theirs in views)

    def pooled(self, documents: Sequence[tuple[Set[Item], Set[Item]]]) -> tuple[Overlap, ...]:
        """The overlaps of the union of all predictions with the union of all gold items."""
        predicted = frozenset[Item]().union(*(ours for ours, _ in documents))
        return self.overlaps(predicted, frozenset[Item]().union(*(gold for _, gold in documents)))

    def unknown_documents(self, ids: Sequence[str]) -> None:
        """Leaves them out."""


def normalise(name: str) -> str:
    """The string the benchmark compares: "Collagenase-type 2" -> "collagenaseII"."""
    lowered = name.strip().lower()
    numbered = last_digit_to_roman(lowered) if len(lowered) >= _MIN_ROMAN_LENGTH else lowered
    return _NOT_ALPHANUMERIC.sub("", numbered.replace("-type", ""))


def _view(items: Set[Item], form: Callable[[str], str]) -> frozenset[Item]:
    return frozenset(tuple(normalise(form(name.strip())) for name in item) for item in items)

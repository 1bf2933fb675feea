"""Whether confidences keep what they promise, and what so few of them can show of it.

Few triplets in a bin differ from their confidence by chance alone, so that the plain error is above 0 even where confidence
is perfect. `debiased` takes off what chance adds, as the library of Kumar, Liang and Ma (Verified uncertainty calibration,
2019) does for this error; near 0 a part of it is left. `perfect` says what the plain error would be without any fault.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_BINS = 5
_DRAWS = 1000
_LEVEL = 95.0
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Expected calibration error; `low` and `high` bound `debiased` in 95 % of draws of documents.

    `perfect` is the plain error's mean where truth is drawn from these very confidences, `perfect_high` what 95 % of such
    draws stay below.
    """

    triplets: int
    plain: float
    debiased: float
    low: float
    high: float
    perfect: float
    perfect_high: float


def reliability(confidences: _Floats, right: _Floats, documents: Sequence[int]) -> Reliability:
    """All figures; the same input gives the same. There must be a triplet."""
    rng = np.random.default_rng(0)
    resampled = [debiased_error(confidences[rows], right[rows]) for rows in _drawn(documents, rng)]
    truths = rng.random((_DRAWS, len(confidences))) < confidences
    perfect = [expected_calibration_error(confidences, truth.astype(np.float64)) for truth in truths]
    tail = (100 - _LEVEL) / 2
    return Reliability(
        len(confidences),
        expected_calibration_error(confidences, right),
        debiased_error(confidences, right),
        float(np.percentile(resampled, tail)),
        float(np.percentile(resampled, 100 - tail)),
        float(np.mean(perfect)),
        float(np.percentile(perfect, _LEVEL)),
    )


def bins(confidences: _Floats, right: _Floats) -> list[tuple[float, float, int]]:
    """Mean confidence, accuracy and size of bins that hold equally many triplets, the least confident first."""
    order = np.argsort(confidences, kind="stable")
    parts = (part for part in np.array_split(order, _BINS) if len(part))
    return [(float(confidences[part].mean()), float(right[part].mean()), len(part)) for part in parts]


def expected_calibration_error(confidences: _Floats, right: _Floats) -> float:
    """Mean gap between confidence and accuracy over the bins."""
    return sum(abs(said - found) * count for said, found, count in bins(confidences, right)) / len(confidences)


def debiased_error(confidences: _Floats, right: _Floats) -> float:
    """The same less what chance adds to it, at least 0: accuracies drawn anew about those found add as much again."""
    rows = bins(confidences, right)
    added = sum((_redrawn(abs(said - found), found, count) - abs(said - found)) * count for said, found, count in rows)
    return max(0.0, expected_calibration_error(confidences, right) - added / len(confidences))


def _redrawn(gap: float, accuracy: float, count: int) -> float:
    """Mean size of a gap whose accuracy is drawn anew, by the normal approximation (a folded normal distribution)."""
    spread = math.sqrt(accuracy * (1 - accuracy) / count)
    if not spread:
        return gap
    return spread * math.sqrt(2 / math.pi) * math.exp(-((gap / spread) ** 2) / 2) + gap * math.erf(gap / spread / math.sqrt(2))


def _drawn(documents: Sequence[int], rng: np.random.Generator) -> list[npt.NDArray[np.intp]]:
    """Rows of as many documents as there are, drawn with replacement."""
    numbers = np.asarray(documents)
    rows = [np.flatnonzero(numbers == number) for number in np.unique(numbers)]
    return [np.concatenate([rows[at] for at in rng.integers(0, len(rows), len(rows))]) for _ in range(_DRAWS)]

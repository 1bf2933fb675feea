"""Confidence of a triplet from the log-probabilities of its own tokens."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dti.errors import CheckpointError


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic model on the mean and the lowest token log-probability, fitted on development data."""

    intercept: float
    mean: float
    lowest: float

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read `calibration.json`; raises CheckpointError if it is no calibration."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            calibration = cls(float(raw["intercept"]), float(raw["mean"]), float(raw["lowest"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{path}: no calibration ({type(error).__name__}: {error})") from error
        if not all(math.isfinite(value) for value in asdict(calibration).values()):
            raise CheckpointError(f"{path}: calibration is not finite")
        return calibration

    def save(self, path: Path) -> None:
        """Write `calibration.json`."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def confidence(self, logprobs: Sequence[float]) -> float:
        """Probability in [0, 1] that the triplet is right; 0 where there are no tokens."""
        if not logprobs:
            return 0.0
        mean, lowest = features(logprobs)
        return _logistic(self.intercept + self.mean * mean + self.lowest * lowest)


def likelihood(logprobs: Sequence[float]) -> float:
    """The product of the probabilities: what a confidence is before anything is fitted."""
    return math.exp(sum(logprobs))


def features(logprobs: Sequence[float]) -> tuple[float, float]:
    """Mean and minimum, the two inputs of the logistic model."""
    return sum(logprobs) / len(logprobs), min(logprobs)


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-score)) if score >= 0 else 1 - 1 / (1 + math.exp(score))

"""Fit confidence on judged triplets: logistic regression, and how far off it is on documents it was not fitted on.

Each document is left out by itself: how documents are put into folds would alone move the error by 0.02 (ADR 0103).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dti.evaluation.reliability import Reliability, expected_calibration_error, reliability
from dti.model.calibration import Calibration, features

_RIDGE = 1.0
_NEWTON_STEPS = 50
_CONVERGED = 1e-9
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """A generated triplet's token log-probabilities, whether gold holds it, and the number of its document."""

    logprobs: tuple[float, ...]
    right: bool
    document: int


@dataclass(frozen=True)
class Fit:
    """Fitted on everything.

    `confidences` are the cross-fitted ones of all judged triplets, `right` whether each is, `documents` of which document, in
    the same order; without triplets of both kinds there are none.
    """

    calibration: Calibration
    judged: int
    confidences: tuple[float, ...] = ()
    right: tuple[bool, ...] = ()
    documents: tuple[int, ...] = ()

    @property
    def error(self) -> float:
        """Expected calibration error; where nothing could be fitted 1, of nothing at all 0."""
        if not self.confidences:
            return float(self.judged > 0)
        return expected_calibration_error(np.array(self.confidences), np.array(self.right, dtype=np.float64))

    @cached_property
    def reliability(self) -> Reliability | None:
        """The error with all that bounds it; None where nothing could be fitted."""
        if not self.confidences:
            return None
        return reliability(np.array(self.confidences), np.array(self.right, dtype=np.float64), self.documents)


def fit(judged: Sequence[Judged]) -> Fit:
    """Fit on all of `judged`; with nothing to fit, confidence is the sequence's own mean probability scale."""
    if len({item.right for item in judged}) < 2:
        return Fit(Calibration(0.0, 1.0, 0.0), len(judged))
    inputs = np.array([(1.0, *features(item.logprobs)) for item in judged])
    right = np.array([item.right for item in judged], dtype=np.float64)
    documents = np.array([item.document for item in judged])
    held_out = _held_out(inputs, right, documents)
    intercept, mean, lowest = _weights(inputs, right).tolist()
    rows = tuple(held_out.tolist()), tuple(item.right for item in judged), tuple(documents.tolist())
    return Fit(Calibration(intercept, mean, lowest), len(judged), *rows)


def _held_out(inputs: _Floats, right: _Floats, documents: npt.NDArray[np.intp]) -> _Floats:
    """Confidence of each triplet by a fit that has not seen its document."""
    found = np.zeros_like(right)
    for number in np.unique(documents):
        apart = documents == number
        found[apart] = _predict(inputs[apart], _weights(inputs[~apart], right[~apart]))
    return found


def _weights(inputs: _Floats, right: _Floats) -> _Floats:
    """Newton's method on the ridge-penalised log-likelihood; the intercept is free."""
    penalty = np.diag([0.0, *([_RIDGE] * (inputs.shape[1] - 1))])
    weights = np.zeros(inputs.shape[1])
    for _ in range(_NEWTON_STEPS):
        predicted = _predict(inputs, weights)
        gradient = inputs.T @ (right - predicted) - penalty @ weights
        curvature = (inputs * (predicted * (1 - predicted))[:, None]).T @ inputs + penalty
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
        weights = weights + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < _CONVERGED:
            break
    return weights


def _predict(inputs: _Floats, weights: _Floats) -> _Floats:
    predicted: _Floats = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
    return predicted

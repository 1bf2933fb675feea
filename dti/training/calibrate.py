"""Fit confidence on judged triplets: logistic regression, and how far off it is on documents it was not fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dti.model.calibration import Calibration, features

_FOLDS = 5
_BINS = 5
_RIDGE = 1.0
_NEWTON_STEPS = 50
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """A generated triplet's token log-probabilities, whether gold holds it, and the number of its document."""

    logprobs: tuple[float, ...]
    right: bool
    document: int


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted on everything; `error` is the expected calibration error of the cross-fitted confidences.

    `confidences` are the cross-fitted ones of all judged triplets and `right` whether each is, in the same order.
    """

    calibration: Calibration
    error: float
    judged: int
    confidences: tuple[float, ...] = ()
    right: tuple[bool, ...] = ()


def fit(judged: Sequence[Judged]) -> Fit:
    """Fit on all of `judged`; with nothing to fit, confidence is the sequence's own mean probability scale."""
    if len({item.right for item in judged}) < 2:
        return Fit(Calibration(0.0, 1.0, 0.0), 1.0 if judged else 0.0, len(judged))
    inputs = np.array([(1.0, *features(item.logprobs)) for item in judged])
    right = np.array([item.right for item in judged], dtype=np.float64)
    folds = np.array([item.document % _FOLDS for item in judged])
    held_out = np.zeros_like(right)
    for number in range(_FOLDS):
        apart = folds == number
        held_out[apart] = _predict(inputs[apart], _weights(inputs[~apart], right[~apart]))
    weights = _weights(inputs, right)
    calibration = Calibration(float(weights[0]), float(weights[1]), float(weights[2]))
    error = expected_calibration_error(held_out, right)
    return Fit(calibration, error, len(judged), tuple(held_out.tolist()), tuple(item.right for item in judged))


def expected_calibration_error(confidences: _Floats, right: _Floats) -> float:
    """Mean gap between confidence and accuracy over bins that hold equally many triplets."""
    gaps = [(abs(said - found) * count) for said, found, count in bins(confidences, right)]
    return float(sum(gaps) / len(confidences))


def bins(confidences: _Floats, right: _Floats) -> list[tuple[float, float, int]]:
    """Mean confidence, accuracy and size of bins that hold equally many triplets, the least confident first."""
    order = np.argsort(confidences, kind="stable")
    parts = (part for part in np.array_split(order, _BINS) if len(part))
    return [(float(confidences[part].mean()), float(right[part].mean()), len(part)) for part in parts]


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
    return weights


def _predict(inputs: _Floats, weights: _Floats) -> _Floats:
    predicted: _Floats = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
    return predicted

"""Percentile bootstrap over documents: how far the figures of a report would move on another sample of literature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from dti.errors import EvaluationError
from dti.evaluation.report import DocumentScore, Report

Floats = npt.NDArray[np.float64]

_BLOCK = 256
"""Resamples weighted at once; bounds memory to this many rows of one weight per document."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure's bounds at the report's confidence level."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals of a report's figures by their path in it, such as "sample.f1".

    Ontology figures have none: a document drawn twice adds nothing to a pooled set, so resampling would bias them.
    """

    level: float
    resamples: int
    seed: int
    figures: dict[str, Interval]


def intervals(report: Report, *, resamples: int = 1000, seed: int = 0, level: float = 0.95) -> Intervals:
    """Draw the report's documents with replacement `resamples` times; the same seed gives the same intervals.

    Raises EvaluationError if `resamples` is not positive or `level` not between 0 and 1.
    """
    _check(resamples, level)
    figures = {name: _bounds(values, level) for name, values in _resampled(report, resamples, seed).items()}
    return Intervals(level, resamples, seed, figures)


def ratios(ours: Report, theirs: Report, *, resamples: int = 1000, seed: int = 0, level: float = 0.95) -> Intervals:
    """How many times theirs our figures are, both drawn from the same documents at once, as two systems must be compared.

    Infinity where theirs is 0. Raises EvaluationError as `intervals` does, and if the reports are not of the same documents.
    """
    mine, other = _paired(ours, theirs, resamples, seed, level)
    figures = {
        name: _bounds(np.divide(mine[name], other[name], out=np.full(resamples, np.inf), where=other[name] > 0), level)
        for name in mine
    }
    return Intervals(level, resamples, seed, figures)


def differences(ours: Report, theirs: Report, *, resamples: int = 1000, seed: int = 0, level: float = 0.95) -> Intervals:
    """By how much our figures exceed theirs, both drawn from the same documents at once.

    Raises EvaluationError as `ratios` does.
    """
    mine, other = _paired(ours, theirs, resamples, seed, level)
    return Intervals(level, resamples, seed, {name: _bounds(mine[name] - other[name], level) for name in mine})


def _paired(
    ours: Report, theirs: Report, resamples: int, seed: int, level: float
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    _check(resamples, level)
    if [document.id for document in ours.documents] != [document.id for document in theirs.documents]:
        raise EvaluationError("two reports can be compared only if they score the same documents in the same order")
    return _resampled(ours, resamples, seed), _resampled(theirs, resamples, seed)


def _check(resamples: int, level: float) -> None:
    if resamples < 1 or not 0.0 < level < 1.0:
        raise EvaluationError(f"cannot bootstrap with {resamples} resamples at level {level}")


def _bounds(values: Floats, level: float) -> Interval:
    """Percentiles; those of a sample with infinities in it are drawn values, for between two of them there is none."""
    tail = (1.0 - level) / 2
    method: Literal["linear", "nearest"] = "linear" if np.isfinite(values).all() else "nearest"
    low, high = np.quantile(values, (tail, 1.0 - tail), method=method)
    return Interval(float(low), float(high))


def _resampled(report: Report, resamples: int, seed: int) -> dict[str, Floats]:
    """Every figure of the report under each resampling; the same seed draws the same documents."""
    table = np.array([_row(document) for document in report.documents], dtype=np.float64)
    return _figures(_resampled_means(table, resamples, seed))


def _row(document: DocumentScore) -> tuple[float, ...]:
    prf, overlap, accuracy = document.triplets, document.overlap, document.accuracy
    counts = overlap.hits, overlap.predicted, overlap.gold
    return prf.precision, prf.recall, prf.f1, *counts, accuracy.drug, accuracy.target, accuracy.interaction


def _resampled_means(table: Floats, resamples: int, seed: int) -> Floats:
    """Column means of `table` (documents x columns) under each resampling (resamples x columns)."""
    generator = np.random.default_rng(seed)
    documents = len(table)
    even = np.full(documents, 1.0 / documents)
    sizes = [min(_BLOCK, resamples - start) for start in range(0, resamples, _BLOCK)]
    sums = [generator.multinomial(documents, even, size).astype(np.float64) @ table for size in sizes]
    means: Floats = np.concatenate(sums) / documents
    return means


def _figures(means: Floats) -> dict[str, Floats]:
    """The report's figures as functions of column means, one value per resampling."""
    precision, recall, f1, hits, predicted, gold, drug, target, interaction = means.T
    return {
        "sample.precision": precision,
        "sample.recall": recall,
        "sample.f1": f1,
        "f1_of_means": _ratio(2 * precision * recall, precision + recall),
        "micro.precision": _ratio(hits, predicted),
        "micro.recall": _ratio(hits, gold),
        "micro.f1": _ratio(2 * hits, predicted + gold),
        "accuracy.drug": drug,
        "accuracy.target": target,
        "accuracy.interaction": interaction,
    }


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    """0 where there is nothing to divide by."""
    ratio: Floats = np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
    return ratio

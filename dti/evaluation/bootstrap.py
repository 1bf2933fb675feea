"""Percentile bootstrap over documents: how far the figures of a report would move on another sample of literature."""

from __future__ import annotations

from dataclasses import dataclass

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
    if resamples < 1 or not 0.0 < level < 1.0:
        raise EvaluationError(f"cannot bootstrap with {resamples} resamples at level {level}")
    table = np.array([_row(document) for document in report.documents], dtype=np.float64)
    tail = (1.0 - level) / 2
    bounds = {
        name: np.quantile(values, (tail, 1.0 - tail))
        for name, values in _figures(_resampled_means(table, resamples, seed)).items()
    }
    figures = {name: Interval(float(low), float(high)) for name, (low, high) in bounds.items()}
    return Intervals(level, resamples, seed, figures)


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

"""Figures of the pretraining benchmark, from what its cells left: by arm, one for each seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, stdev

from scipy.stats import t

from benchmarks._report import Measurement

SCRATCH, LONGER = "scratch", "longer"

Cells = Mapping[str, Sequence[Mapping[str, float]]]


def figures(regime: str, cells: Cells) -> tuple[Measurement, ...]:
    """F1 of all arms, the slots, and what each arm gains over training from scratch, as long and longer."""
    return (*_levels(regime, cells), *_gains(regime, cells, SCRATCH), *_gains(regime, cells, LONGER))


def _levels(regime: str, cells: Cells) -> Iterator[Measurement]:
    for figure in ("f1", "drug", "target", "interaction"):
        plain = fmean(one[figure] for one in cells[SCRATCH])
        for arm, found in cells.items():
            values = [one[figure] for one in found]
            name = f"{regime}: {figure}, {arm}"
            yield Measurement(name, fmean(values), "share", SCRATCH, plain, bounds=interval(values))


def _gains(regime: str, cells: Cells, other: str) -> Iterator[Measurement]:
    """Differences within a seed: both arms had the same literature and began with the same generator."""
    for arm, found in cells.items():
        if arm != other:
            gains = [one["f1"] - plain["f1"] for one, plain in zip(found, cells[other], strict=True)]
            name = f"{regime}: gain in f1, {arm} over {other}"
            yield Measurement(name, fmean(gains), "F1", "none", 0.0, bounds=interval(gains))


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95% interval of a mean by Student's t, which five seeds need more than they do a bootstrap."""
    if len(values) < 2:
        return -math.inf, math.inf
    mean = fmean(values)
    half = float(t.ppf(0.975, len(values) - 1)) * stdev(values) / math.sqrt(len(values))
    return mean - half, mean + half

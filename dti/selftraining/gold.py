"""What the training set is like, so that what is added can be like it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dti.training.pairs.examples import UNLABELLED, PairExample

_TABLES = ("kd_dti", "drugbank_distant")


def shares(training: Sequence[PairExample]) -> dict[int, float]:
    """Share of each interaction among the labels of tables in a training set; of all labels where there is no table."""
    counts = Counter(label for e in of_tables(training) for label in e.right.values() if label != UNLABELLED)
    return {label: count / counts.total() for label, count in sorted(counts.items())}


def of_tables(training: Sequence[PairExample]) -> Sequence[PairExample]:
    """Examples that drug-target tables label, as KD-DTI's are; all of them where there is no such one."""
    return [example for example in training if example.corpus in _TABLES] or training

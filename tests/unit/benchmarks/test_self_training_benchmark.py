"""Figures of the self-training benchmark from made-up seeds."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("torch")
pytest.importorskip("sklearn")

from benchmarks import _selftraining_figures as figures  # noqa: E402 - after the skip
from benchmarks import self_training as bench  # noqa: E402
from benchmarks._selftraining import auc, few  # noqa: E402
from dti.selftraining.selection import SELECTIONS  # noqa: E402
from dti.selftraining.weighting import WEIGHTINGS, Pseudo  # noqa: E402
from dti.training.pairs.examples import PSEUDO, PairExample  # noqa: E402
from tests.pair_data import document, drugs_and_targets  # noqa: E402


def test_auc_counts_ties_half():
    assert auc([2, 3], [1]) == 1.0
    assert auc([1], [1, 0]) == 0.75
    assert np.isnan(auc([], [1]))


def seed(gain):
    scores = [0.9, 0.8, 0.3, 0.2]
    return {
        "labels": {"right": [True, True, False, False], "document": [0, 1, 2, 3]},
        "scores": {"threshold": scores, "dual": scores[::-1]},
        "arms": {"supervised": [0.0, 0.5], "parent": [0.1, 0.6], "dual": [gain, 0.5 + gain]},
    }


def test_precision_at_equal_yield_and_ranking_are_by_score():
    rows = {row.name: row for row in figures._precision([seed(0.1), seed(0.3)])}
    assert rows["precision of 1 labels, threshold"].value == 1.0
    assert rows["precision of 1 labels, dual"].value == 0.0
    assert rows["precision of 1 labels, dual"].alternative_value == 1.0


def test_gains_are_paired_by_document_over_seeds():
    parent, row = figures._gains([seed(0.1), seed(0.3)])
    assert parent.name.startswith("F1 parent (gain +0.100")
    assert row.value - row.alternative_value == pytest.approx(0.2)
    assert "gain +0.200 [+0.200, +0.200], by seed +0.100, +0.300; over the parent +0.100 [+0.100, +0.100]" in row.name


def test_reconstruction_that_tells_something_has_weight():
    rng = np.random.default_rng(1)
    confidence, right = rng.uniform(0.1, 0.9, 400), rng.random(400) < 0.5
    restored = np.where(right, 0.8, 0.2) * rng.uniform(0.5, 1.0, 400)
    one = {
        "labels": {"right": right.tolist(), "document": list(range(400))},
        "scores": {"threshold": confidence.tolist(), "dual": np.sqrt(confidence * restored).tolist()},
    }
    value, low, high = figures._added(one)
    assert 0 < low < value < high
    assert figures._area(one, figures._restored(one)) > 0.9


def test_a_moved_label_is_another_pair_of_the_same_text():
    text = document("Clorgyline", "and Levodopa act on MAO-A or SIG-X")
    candidates = drugs_and_targets(text, ["Clorgyline", "Levodopa"], ["MAO-A", "SIG-X"])
    example = PairExample(PSEUDO, text, candidates, {(0, 2): 5}, frozenset({(0, 3)}))
    moved = bench._moved(Pseudo(example, (0.5,)), random.Random(1))  # noqa: S311 - no secret
    assert moved is not None
    assert (moved.example.right, moved.example.unclear) == ({(0, 3): 5}, frozenset())
    alone = PairExample(PSEUDO, text, (candidates[0], candidates[2]), {(0, 1): 5}, frozenset())
    assert bench._moved(Pseudo(alone, (0.5,)), random.Random(1)) is None  # noqa: S311 - no secret


def test_fewer_documents_of_gold_are_part_of_more():
    gold = [PairExample("kd_dti", replace(document("Levodopa"), pmid=str(at)), (), {}, frozenset()) for at in range(9)]
    assert few(gold, 5)[:3] == few(gold, 3)
    assert few(gold, 500) == few(gold[::-1], 9)
    assert len(few(gold, 500)) == 9


def test_a_part_that_is_there_is_not_made_again(tmp_path):
    """Nothing may be opened for it: there is no checkpoint here."""
    setting = bench.Setting()
    run = bench._Bench(None, tmp_path, tmp_path, tmp_path, setting)
    made = [run.kept("arms-1/dual, teacher", lambda value=value: {"f1": [value]}) for value in (0.5, 0.7)]
    assert made == [{"f1": [0.5]}] * 2
    assert bench._Seed(run, 1).arm("dual, teacher") == [0.5]


def test_every_selection_meets_every_weighting():
    cells = list(bench._cells())
    assert "dual, teacher" in cells
    assert len(cells) == len(set(cells)) == (len(list(SELECTIONS)) - 1) * len(list(WEIGHTINGS))

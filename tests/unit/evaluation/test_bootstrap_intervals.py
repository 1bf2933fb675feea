from __future__ import annotations

import dataclasses
import math

import pytest

from dti.domain.triplets import Triplet
from dti.errors import EvaluationError
from dti.evaluation.bootstrap import Interval, intervals, ratios
from dti.evaluation.hard_match import score

RIGHT, WRONG = Triplet("drug", "binder", "target"), Triplet("other", "agonist", "thing")


def report(right: int, wrong: int):
    """Documents with one gold triplet each, `right` of them found exactly, the rest missed by a wrong one."""
    ids = [str(number) for number in range(right + wrong)]
    predictions = {id_: (RIGHT,) if number < right else (WRONG,) for number, id_ in enumerate(ids)}
    return score(dict.fromkeys(ids, (RIGHT,)), predictions)


def test_intervals_of_a_share_are_the_binomial_ones():
    # 70 of 100 right: the standard error of the share is sqrt(.7 * .3 / 100) = .0458
    found = intervals(report(70, 30), resamples=4000, seed=1).figures
    for name in ("sample.f1", "sample.precision", "sample.recall", "f1_of_means", "micro.f1", "accuracy.drug"):
        assert found[name].low == pytest.approx(0.7 - 1.96 * 0.0458, abs=0.02)
        assert found[name].high == pytest.approx(0.7 + 1.96 * 0.0458, abs=0.02)


def test_the_headline_and_the_f1_of_means_get_their_own_intervals():
    gold = {str(n): (RIGHT, WRONG) if n % 2 else (RIGHT,) for n in range(40)}
    predictions = {id_: (RIGHT,) if len(triplets) == 2 else (RIGHT, WRONG) for id_, triplets in gold.items()}
    found = intervals(score(gold, predictions), seed=3).figures
    assert found["sample.f1"] == Interval(pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert found["f1_of_means"].high > 0.74


def test_one_seed_gives_one_answer():
    scored = report(7, 3)
    assert intervals(scored, resamples=300, seed=5) == intervals(scored, resamples=300, seed=5)
    assert intervals(scored, resamples=300, seed=5) != intervals(scored, resamples=300, seed=6)


def test_blocks_do_not_change_the_number_of_resamples():
    # More resamples than one block, and no multiple of it: a perfect score has no spread at all.
    found = intervals(report(5, 0), resamples=601).figures
    assert set(found.values()) == {Interval(1.0, 1.0)}


def test_a_higher_level_is_wider():
    scored = report(20, 20)
    narrow, wide = (intervals(scored, level=level).figures["sample.f1"] for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_nothing_predicted_is_zero_not_an_error():
    scored = score({"1": (RIGHT,)}, {})
    assert set(intervals(scored, resamples=10).figures.values()) == {Interval(0.0, 0.0)}


def test_intervals_name_figures_of_the_report():
    flat = dataclasses.asdict(report(1, 1))
    for name in intervals(report(1, 1), resamples=2).figures:
        group, _, field = name.partition(".")
        assert not field or field in flat[group]
        assert group in flat


@pytest.mark.parametrize("setting", [{"resamples": 0}, {"level": 1.0}, {"level": 0.0}])
def test_settings_that_make_no_sense(setting):
    with pytest.raises(EvaluationError, match="cannot bootstrap"):
        intervals(report(1, 1), **setting)


def test_a_ratio_draws_the_same_documents_for_both():
    scored = report(4, 2)
    figure = ratios(scored, scored).figures["sample.f1"]
    assert (figure.low, figure.high) == (1.0, 1.0)


def test_ratios_need_the_same_documents():
    with pytest.raises(EvaluationError, match="same documents"):
        ratios(report(2, 0), report(1, 0))


def test_a_ratio_to_nothing_is_infinite():
    figure = ratios(report(2, 0), report(0, 2)).figures["sample.f1"]
    assert (figure.low, figure.high) == (math.inf, math.inf)

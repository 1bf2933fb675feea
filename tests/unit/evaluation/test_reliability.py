from __future__ import annotations

import numpy as np
import pytest

from dti.evaluation.reliability import debiased_error, expected_calibration_error, reliability


def drawn(count, shift, seed):
    """Confidences, and truth drawn from them less `shift`."""
    rng = np.random.default_rng(seed)
    confidences = rng.beta(2, 3, count)
    return confidences, (rng.random(count) < np.clip(confidences - shift, 0, 1)).astype(float)


def test_the_error_is_the_mean_gap():
    assert expected_calibration_error(np.full(10, 0.7), np.array([1.0] * 5 + [0.0] * 5)) == pytest.approx(0.44)
    assert expected_calibration_error(np.array([0.0, 1.0] * 5), np.array([0.0, 1.0] * 5)) == 0.0


def test_what_is_certain_and_wrong_has_no_chance_to_take_off():
    assert debiased_error(np.full(20, 0.8), np.zeros(20)) == pytest.approx(0.8)


@pytest.mark.parametrize("shift", [0.05, 0.08])
def test_the_debiased_error_is_nearer_the_true_one(shift):
    samples = [drawn(160, shift, seed) for seed in range(80)]
    true = np.mean([np.mean(c - np.clip(c - shift, 0, 1)) for c, _ in samples])
    plain = np.mean([expected_calibration_error(*sample) for sample in samples])
    debiased = np.mean([debiased_error(*sample) for sample in samples])
    assert abs(debiased - true) < abs(plain - true)
    assert debiased == pytest.approx(true, abs=0.012)


def test_perfect_confidences_show_an_error_that_is_told():
    samples = [drawn(160, 0.0, seed) for seed in range(80)]
    plain = np.mean([expected_calibration_error(*sample) for sample in samples])
    found = reliability(*samples[0], range(160))
    assert found.perfect == pytest.approx(plain, abs=0.01)
    assert found.perfect < found.perfect_high
    assert np.mean([debiased_error(*sample) for sample in samples]) < 0.7 * plain


def test_bounds_are_of_documents():
    confidences, right = drawn(160, 0.15, 1)
    apart = reliability(confidences, right, range(160))
    together = reliability(np.repeat(confidences, 4), np.repeat(right, 4), np.repeat(np.arange(160), 4).tolist())
    assert apart.low < apart.debiased < apart.high
    assert together.high - together.low > 0.8 * (apart.high - apart.low)  # four times the triplets, no more documents
    assert apart == reliability(confidences, right, range(160))

from __future__ import annotations

import numpy as np
import pytest

from dti.training.calibrate import Judged, fit


def judged(count, seed=0):
    """Triplets that are right with the probability of their mean token, over `count` documents."""
    rng = np.random.default_rng(seed)
    for document in range(count):
        logprobs = tuple(rng.uniform(-2.0, 0.0, 6))
        yield Judged(logprobs, bool(rng.random() < np.exp(2 * np.mean(logprobs))), document)


def test_fitted_confidences_are_close_to_what_happens():
    found = fit(list(judged(800)))
    assert found.judged == 800
    assert found.error < 0.08
    assert found.calibration.confidence([-0.4] * 6) == pytest.approx(0.4, abs=0.1)
    assert found.calibration.confidence([-1.6] * 6) < 0.1


def test_the_same_triplets_give_the_same_fit():
    assert fit(list(judged(50))) == fit(list(judged(50)))


@pytest.mark.parametrize("right", [True, False])
def test_nothing_to_tell_apart_still_gives_a_probability(right):
    found = fit([Judged((-0.1, -0.2), right, document) for document in range(4)])
    assert 0.0 <= found.calibration.confidence([-0.1, -0.2]) <= 1.0


def test_no_triplets_at_all_is_no_error():
    assert fit([]).judged == 0


def test_a_document_is_never_judged_by_a_fit_that_has_seen_it():
    """Each document's triplets are its own copies of a coin: whoever has seen one knows the others."""
    rng = np.random.default_rng(5)
    coins = [(float(rng.uniform(-2, 0)), bool(rng.random() < 0.5), document) for document in range(60)]
    found = fit([Judged((logprob,) * 2, right, document) for logprob, right, document in coins for _ in range(5)])
    confidences = np.array(found.confidences).reshape(60, 5)
    assert np.ptp(confidences, axis=1).max() < 1e-12
    assert np.corrcoef(confidences[:, 0], [right for _, right, _ in coins])[0, 1] < 0.1

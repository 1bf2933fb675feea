from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.errors import CheckpointError
from dti.model.calibration import Calibration

LOGPROBS = st.lists(st.floats(-1e6, 0), max_size=8)


@given(logprobs=LOGPROBS)
def test_confidence_is_a_probability(logprobs):
    assert 0.0 <= Calibration(1.0, 2.0, 3.0).confidence(logprobs) <= 1.0


def test_surer_tokens_mean_more_confidence():
    calibration = Calibration(1.0, 2.0, 0.5)
    assert calibration.confidence([-0.1, -0.2]) > calibration.confidence([-0.1, -2.0])


def test_no_tokens_no_confidence():
    assert Calibration(9.0, 1.0, 1.0).confidence([]) == 0.0


def test_a_saved_calibration_loads_as_it_was(tmp_path):
    Calibration(0.1, 2.5, -1.0).save(tmp_path / "calibration.json")
    assert Calibration.load(tmp_path / "calibration.json") == Calibration(0.1, 2.5, -1.0)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"intercept": 1, "mean": "x", "lowest": 1}', '{"intercept": 1, "mean": NaN, "lowest": 1}']
)
def test_a_broken_file_is_named(tmp_path, content):
    path = tmp_path / "calibration.json"
    path.write_text(content)
    with pytest.raises(CheckpointError, match=r"calibration\.json"):
        Calibration.load(path)

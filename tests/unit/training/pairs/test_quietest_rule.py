from __future__ import annotations

import pytest

pytest.importorskip("torch")  # the module draws on the trainer's room

from dti.training.pairs.development import quietest


@pytest.mark.parametrize(
    ("values", "said", "chosen"),
    [
        ([0.380, 0.379, 0.300], [190, 160, 90], 1),  # 0.001 is less than half of one in 155
        ([0.380, 0.376, 0.300], [190, 160, 90], 0),
        ([0.380, 0.380], [160, 160], 0),
    ],
)
def test_a_rule_that_says_more_must_be_better_by_half_a_document(values, said, chosen):
    assert quietest(values, said, 155) == chosen

from __future__ import annotations

import pytest

from benchmarks import _blind

LINES = [line.split("\t") for line in _blind._VERDICTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def called(rules):
    """Calls for every pair that was read: the label as the stratum says, ours as `rules` gives it for the reader's."""
    return {(pmid, pair): (stratum.endswith("-not"), rules(verdict)) for pmid, pair, stratum, _, verdict in LINES}


def test_rules_that_call_what_the_reader_calls_are_right_by_the_reading_and_no_better_than_the_reader_by_labels():
    against_reading, against_labels = _blind.read_blind(called(lambda verdict: verdict == "denied"))
    assert (against_reading.value, against_reading.bounds) == (1.0, (1.0, 1.0))
    assert against_labels.value == against_labels.alternative_value == pytest.approx(0.79, abs=0.01)


def test_rules_that_deny_nothing_get_nothing():
    assert [row.value for row in _blind.read_blind(called(lambda _: False))] == [0.0, 0.0]


def test_each_pair_was_read_once_and_counts_for_at_least_itself():
    assert len({(pmid, pair) for pmid, pair, *_ in LINES}) == len(LINES) == 190
    assert all(float(weight) >= 1 for *_, weight, _ in LINES)

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.prefetch import arrived


@given(st.lists(st.integers()), st.integers(1, 5))
def test_stretches_are_the_items_in_order(items, limit):
    stretches = list(arrived(items, limit))
    assert [item for stretch in stretches for item in stretch] == items
    assert all(1 <= len(stretch) <= limit for stretch in stretches)


def test_an_error_comes_after_the_items_before_it():
    def broken():
        yield 1
        yield 2
        raise ValueError("torn")

    taken = arrived(broken(), 1)
    assert [next(taken), next(taken)] == [[1], [2]]
    with pytest.raises(ValueError, match="torn"):
        next(taken)


def test_closing_stops_the_reader():
    stopped = threading.Event()

    def endless():
        try:
            yield from itertools.count()
        finally:
            stopped.set()

    stretches = arrived(endless(), 2)
    next(stretches)
    stretches.close()
    assert stopped.wait(10)

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.sources.eutils import InProcessRateLimiter, requests_per_second


class Clock:
    """A clock that only sleeping and `advance` move."""

    def __init__(self):
        self.now = 0.0
        self.lock = threading.Lock()

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        with self.lock:
            self.now += seconds


def test_ncbis_limits():
    assert (requests_per_second(""), requests_per_second("key")) == (3, 10)


@given(st.sampled_from([3, 10]), st.lists(st.floats(0, 2), min_size=1, max_size=60))
def test_no_second_holds_more_calls_than_allowed(per_second, pauses):
    clock = Clock()
    limiter = InProcessRateLimiter(per_second, clock=clock, sleep=clock.sleep)
    calls = []
    for pause in pauses:
        clock.sleep(pause)
        limiter.wait()
        calls.append(clock())
    assert max(sum(start <= call < start + 1 for call in calls) for start in calls) <= per_second


def test_an_idle_limiter_does_not_wait():
    clock = Clock()
    limiter = InProcessRateLimiter(3, clock=clock, sleep=clock.sleep)
    limiter.wait()
    clock.sleep(5)
    limiter.wait()
    assert clock() == 5


def test_threads_share_the_quota():
    waits = []
    limiter = InProcessRateLimiter(10, clock=lambda: 0.0, sleep=waits.append)
    threads = [threading.Thread(target=limiter.wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == pytest.approx([0.11, 0.22, 0.33, 0.44])

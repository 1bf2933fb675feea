"""NCBI's quota for one process; `workers.rate_limit` shares it between all workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# NCBI counts arrivals, and the network can bunch requests that were sent evenly: stay a tenth below the quota.
_MARGIN = 1.1


def requests_per_second(api_key: str) -> int:
    """NCBI's limit: 3 requests a second from one address, 10 with a key."""
    return 10 if api_key else 3


def spacing(per_second: float) -> float:
    """Seconds between two requests that keep any second below `per_second` requests, with a margin for the network."""
    return _MARGIN / per_second


class InProcessRateLimiter:
    """Spaces calls evenly within one process, over all its threads; implements `dti.ports.RateLimiter`."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = spacing(per_second)
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at = clock()

    def wait(self) -> None:
        """Return when the next call is allowed; calls are served in the order they came."""
        with self._lock:
            now = self._clock()
            slot = max(self._free_at, now)
            self._free_at = slot + self._interval
        if slot > now:
            self._sleep(slot - now)

"""NCBI's quota shared by all workers, on all machines, through the Redis-protocol server."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import redis
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from dti.errors import SourceUnavailableError
from dti.sources.eutils import spacing

_WINDOW_US = 1_000_000

# KEYS[1]: when the next call is free, in microseconds of the server's clock; ARGV: spacing, window.
# Returns how long to wait before asking again, 0 if the call is granted. Nothing is granted ahead of time, so a caller
# that dies costs nothing. A server that knows nothing (it restarted empty), or whose clock went back, cannot tell what
# was granted a moment ago: one window must pass first.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local spacing, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local free = tonumber(redis.call('GET', KEYS[1]))
if not free or free > now + math.max(spacing, window) then
  free = now + window
  redis.call('SET', KEYS[1], string.format('%.0f', free))
end
if now < free then
  return math.ceil(free - now)
end
redis.call('SET', KEYS[1], string.format('%.0f', now + spacing))
return 0
"""


class RedisRateLimiter:
    """Spaces calls evenly over every process that uses the same server and `quota`; implements `dti.ports.RateLimiter`.

    `quota` names what is shared: one per API key, or per outgoing address without a key.
    """

    def __init__(
        self,
        client: redis.Redis,
        per_second: float,
        *,
        quota: str = "ncbi",
        patience: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._key = f"dti:rate:{quota}"
        self._spacing_us = round(spacing(per_second) * 1_000_000)
        self._patience = patience
        self._sleep = sleep
        self._script = client.register_script(_SCRIPT)

    def wait(self) -> None:
        """Return when the next call is allowed; SourceUnavailableError if the server stays away longer than `patience` s."""
        while delay := self._ask():
            # Waiting callers would all come back in the same instant.
            self._sleep(delay / 1_000_000 + random.uniform(0, 0.005))  # noqa: S311 - spreads load, protects nothing

    def _ask(self) -> int:
        """Microseconds to wait before asking again; 0 is a grant."""
        away = (redis.ConnectionError, redis.TimeoutError, redis.exceptions.BusyLoadingError)
        retrying = Retrying(
            retry=retry_if_exception_type(away),
            stop=stop_after_delay(self._patience),
            wait=wait_random_exponential(0.1, max=2),
            reraise=True,
        )
        try:
            return int(retrying(self._script, keys=[self._key], args=[self._spacing_us, _WINDOW_US]))
        except redis.RedisError as error:
            raise SourceUnavailableError(f"the shared rate limit cannot be asked: {error}") from error

"""The shared limiter against a real Redis-protocol server, whose own record of the calls is what is judged."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from dti.errors import SourceUnavailableError
from dti.sources.eutils import spacing
from workers.rate_limit import RedisRateLimiter
from workers.stack.redis_server import EmbeddedRedis

pytestmark = pytest.mark.integration

WORKER = """
import sys, redis
from workers.rate_limit import RedisRateLimiter
limiter = RedisRateLimiter(redis.Redis.from_url(sys.argv[1]), float(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    limiter.wait()
"""


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, socket_timeout=None) as connected:  # monitoring waits for the workers to start
        yield connected


class Grants:
    """When calls were granted, in seconds of the server's clock, as the server itself reports its writes."""

    def __init__(self, client: redis.Redis, per_second: float) -> None:
        self._spacing = spacing(per_second)
        self._writes: list[float] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(client,))
        self._thread.start()
        self._ready.wait()

    def _listen(self, client: redis.Redis) -> None:
        with client.monitor() as monitor:
            self._ready.set()
            for command in monitor.listen():
                words = command["command"].split()
                if words[0].upper() == "SET" and words[1] == "dti:rate:ncbi":
                    self._writes.append(int(words[2]) / 1e6)
                if words[0].upper() == "ECHO":
                    return

    def times(self, client: redis.Redis) -> list[float]:
        """All grants so far; the first write only noted that the server was empty."""
        client.echo("done")
        self._thread.join()
        return [free - self._spacing for free in self._writes[1:]]


@pytest.mark.parametrize("per_second", [3, 10])
def test_processes_together_never_exceed_the_limit_in_any_second(redis_url: str, client: redis.Redis, per_second: int):
    grants = Grants(client, per_second)
    command = [sys.executable, "-c", WORKER, redis_url, str(per_second), str(per_second)]
    workers = [subprocess.Popen(command) for _ in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    times = grants.times(client)
    assert len(times) == 3 * per_second
    assert max(sum(start <= time < start + 1 for time in times) for start in times) <= per_second


def test_an_empty_server_lets_a_window_pass_first(client: redis.Redis):
    """It may have restarted, and cannot know what was granted within the last second."""
    waits: list[float] = []
    limiter = RedisRateLimiter(client, 10, sleep=_noting(waits))
    limiter.wait()
    assert waits[0] >= 1
    client.flushall()
    waits.clear()
    limiter.wait()
    assert waits[0] >= 1


def test_a_clock_that_went_back_is_a_window_not_a_century(client: redis.Redis):
    client.set("dti:rate:ncbi", "9000000000000000")
    waits: list[float] = []
    RedisRateLimiter(client, 10, sleep=_noting(waits)).wait()
    assert 1 <= waits[0] < 1.1


def test_quotas_do_not_disturb_each_other(client: redis.Redis):
    seconds, microseconds = client.time()
    client.set("dti:rate:busy", str((seconds + 1) * 1_000_000 + microseconds))
    client.set("dti:rate:free", "0")
    waits: list[float] = []
    RedisRateLimiter(client, 10, quota="free", sleep=_noting(waits)).wait()
    assert waits == []


def test_a_restart_of_the_server_is_waited_for(tmp_path: Path):
    server = EmbeddedRedis(tmp_path / "redis")
    server.start()
    waits: list[float] = []
    limiter = RedisRateLimiter(redis.Redis.from_url(server.url), 10, sleep=_noting(waits))
    limiter.wait()
    server.stop()
    waits.clear()
    waiting = threading.Thread(target=limiter.wait)
    waiting.start()
    server.start()
    waiting.join()
    server.stop()
    assert waits[0] >= 1


def test_a_server_that_stays_away_is_a_retryable_error(tmp_path: Path):
    client = redis.Redis(unix_socket_path=str(tmp_path / "nobody"))
    with pytest.raises(SourceUnavailableError, match="cannot be asked"):
        RedisRateLimiter(client, 10, patience=0.1).wait()


def _noting(waits: list[float]):
    def sleep(seconds: float) -> None:
        waits.append(seconds)
        threading.Event().wait(seconds)

    return sleep

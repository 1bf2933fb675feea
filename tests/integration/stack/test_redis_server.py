"""The embedded Valkey, for real, through redis-py and through kombu."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from kombu import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from dti.errors import StackError
from workers.stack.redis_server import EmbeddedRedis

pytestmark = pytest.mark.integration


@pytest.fixture
def server() -> Iterator[EmbeddedRedis]:
    folder = Path(tempfile.mkdtemp(prefix="dti-test-"))
    server = EmbeddedRedis(folder / "redis")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def test_redis_py_and_kombu_read_the_same_url(server: EmbeddedRedis) -> None:
    with redis.Redis.from_url(server.url) as client:
        assert client.ping()
    with Connection(server.url) as connection:
        queue = connection.SimpleQueue("bell")
        queue.put({"batch": "one"})
        message = queue.get(timeout=5)
        assert message.payload == {"batch": "one"}
        message.ack()
        queue.close()


def test_strangers_are_refused_and_the_password_is_private(server: EmbeddedRedis) -> None:
    with (
        redis.Redis(host="127.0.0.1", port=server.port, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    for name in ("password", "valkey.conf"):
        assert stat.S_IMODE((server.data_dir / name).stat().st_mode) == 0o600


def test_killed_server_comes_back_empty_at_the_same_url(server: EmbeddedRedis) -> None:
    url, pid = server.url, server.pid
    assert pid is not None
    with redis.Redis.from_url(url) as client:
        client.set("key", "value")
        os.kill(pid, signal.SIGKILL)
        while server.alive:
            time.sleep(0.01)
        assert server.pid is None
        server.stop()
        server.start()
        assert server.url == url
        assert client.get("key") is None


def test_taken_port_is_left_to_its_owner(server: EmbeddedRedis) -> None:
    other = EmbeddedRedis(server.data_dir.with_name("other"))
    other.data_dir.mkdir()
    (other.data_dir / "port").write_text(str(server.port))
    other.start()
    assert other.port != server.port
    other.stop()


def test_second_owner_is_refused(server: EmbeddedRedis) -> None:
    with pytest.raises(StackError, match="in use by process"):
        EmbeddedRedis(server.data_dir).start()
    assert server.alive


def test_url_before_the_first_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="no server was ever started"):
        _ = EmbeddedRedis(tmp_path).port

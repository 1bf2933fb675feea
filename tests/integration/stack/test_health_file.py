"""The file by which a worker shows that it works: there while it takes messages, gone when it cannot or has stopped."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import DTI, wait_for
from workers.stack.process import Child, Command
from workers.stack.redis_server import EmbeddedRedis

pytestmark = pytest.mark.integration


@pytest.fixture
def server() -> Iterator[EmbeddedRedis]:
    with tempfile.TemporaryDirectory(prefix="dti-test-") as folder:
        server = EmbeddedRedis(Path(folder) / "redis")
        server.start()
        yield server
        server.stop()


def start(server: EmbeddedRedis, health: Path, *arguments: str) -> Child:
    environment = {"DTI_BROKER_URL": server.url, "DTI_DATABASE_URL": "postgresql+psycopg://nobody@/nothing"}
    argv = [DTI, "worker", "--health-file", str(health), *arguments]
    return Child(Command(argv=argv, log=health.with_suffix(".log"), environment=environment))


def test_worker_shows_whether_it_can_take_messages(server: EmbeddedRedis, tmp_path: Path) -> None:
    health = tmp_path / "worker"
    health.touch()  # of a worker that was killed
    stale = health.stat().st_ctime_ns
    worker = start(server, health, "--queues=pull")
    try:
        wait_for(lambda: health.exists() and health.stat().st_ctime_ns != stale, seconds=60, what="health file")
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not health.exists(), seconds=60, what="health file")
        assert worker.alive
        server.stop()
        server.start()
        wait_for(health.exists, seconds=60, what="health file")
    finally:
        worker.stop(30)
    assert worker.exit_code == 0
    assert not health.exists()


def test_clock_shows_that_it_ticks(server: EmbeddedRedis, tmp_path: Path) -> None:
    health = tmp_path / "beat"
    beat = start(server, health, "--beat")
    try:
        wait_for(health.exists, seconds=60, what="health file")
    finally:
        beat.stop(30)
    assert not health.exists()

"""The embedded PostgreSQL, for real: first start, restart, kill -9, awkward paths, two owners."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from dti.errors import StackError
from workers.stack.postgres import EmbeddedPostgres

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not pytest's own folder: as root the server's account has to pass through, and every pytest run closes that."""
    path = Path(tempfile.mkdtemp(prefix="dti-test-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    yield server
    server.stop()


def query(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(server.url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


def kill(server: EmbeddedPostgres) -> None:
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while server.alive:
        time.sleep(0.01)


def test_url_opens_a_utf8_database(server: EmbeddedPostgres) -> None:
    assert server.alive
    assert make_url(server.url).drivername == "postgresql+psycopg"
    assert query(server, "SELECT current_setting('server_encoding'), lower('ΑΒΓ')") == [("UTF8", "αβγ")]


def test_nothing_listens_on_tcp(server: EmbeddedPostgres) -> None:
    assert query(server, "SHOW listen_addresses") == [("",)]


def test_start_and_stop_may_be_repeated(server: EmbeddedPostgres) -> None:
    pid = server.pid
    server.start()
    assert server.pid == pid
    server.stop()
    server.stop()
    assert (server.alive, server.pid) == (False, None)
    server.start()


def test_data_survive_an_orderly_stop_and_a_kill(server: EmbeddedPostgres) -> None:
    query(server, "CREATE TABLE kept AS SELECT 1 AS number")
    server.stop()
    server.start()
    query(server, "INSERT INTO kept VALUES (2)")
    kill(server)
    server.stop()
    server.start()
    assert query(server, "SELECT number FROM kept ORDER BY number") == [(1,), (2,)]


def test_second_owner_is_refused_while_the_first_runs(server: EmbeddedPostgres) -> None:
    with pytest.raises(StackError, match=f"in use by process {os.getpid()}"):
        EmbeddedPostgres(server.data_dir).start()
    assert query(server, "SELECT 1") == [(1,)]


def test_stale_pid_file_with_someone_elses_pid_does_no_harm(server: EmbeddedPostgres) -> None:
    server.stop()
    (server.data_dir / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data_dir}\n0\n5432\n\n\n\n\n")
    server.start()
    assert server.alive


def test_server_left_running_is_replaced(server: EmbeddedPostgres) -> None:
    left = server.pid
    assert left is not None
    with contextlib.closing(psycopg.connect(make_url(server.url).set(drivername="postgresql").render_as_string())) as busy:
        busy.execute("SELECT 1")
        server._lock.release()  # as after kill -9 of its owner
        successor = EmbeddedPostgres(server.data_dir)
        successor.start()
        assert successor.pid != left
        assert not psutil.pid_exists(left) or psutil.Process(left).status() == psutil.STATUS_ZOMBIE
        successor.stop()
    server.stop()
    server.start()


def test_half_made_cluster_is_made_anew(folder: Path) -> None:
    unfinished = folder / "half.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(folder / "half")
    server.start()
    server.stop()
    assert not unfinished.exists()


def test_path_too_long_and_too_odd_for_a_socket(folder: Path) -> None:
    server = EmbeddedPostgres(folder / ("long" * 30) / "with, comma 'and' quote" / "pg")
    server.start()
    socket_dir = server.socket_dir
    assert query(server, "SELECT 1") == [(1,)]
    assert socket_dir.stat().st_mode & 0o077 == 0
    server.stop()
    assert not socket_dir.exists()


def test_cluster_of_another_version_is_refused(folder: Path) -> None:
    old = folder / "old"
    old.mkdir()
    (old / "PG_VERSION").write_text("16\n")
    with pytest.raises(StackError, match="made by PostgreSQL 16"):
        EmbeddedPostgres(old).start()


def test_failure_to_start_shows_the_log(folder: Path, server: EmbeddedPostgres) -> None:
    broken = EmbeddedPostgres(folder / "broken")
    shutil.copytree(server.data_dir, broken.data_dir, ignore=shutil.ignore_patterns("*.pid", ".s.*", "pg_control"))
    for path in (broken.data_dir, *broken.data_dir.rglob("*")):
        shutil.chown(path, *_owner(server.data_dir))
    with pytest.raises(StackError, match=r"(?s)postgres ended before it was ready.*pg_control"):
        broken.start()
    assert not broken.alive


def _owner(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid

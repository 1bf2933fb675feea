"""Real servers, started once a session: PostgreSQL and Valkey from their wheels.

`database_url` is a migrated database of the test's own, copied from a template (about 50 ms), so tests commit, lock and
open as many connections as they like. `redis_url` is an empty broker.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import Engine, make_url

from db.engine import SessionFactory, make_engine, make_session_factory
from db.schema import upgrade
from db.unit_of_work import UnitOfWork
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.redis_server import EmbeddedRedis

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    # Not under pytest's own folder: as root the server runs as another user, and every other pytest session that
    # starts on the machine closes that folder to all but its owner.
    with tempfile.TemporaryDirectory(prefix="dti-tests-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """Name of a migrated, empty database."""
    upgrade(postgres.url)
    return make_url(postgres.url).database or ""


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    with copied_database(postgres, template) as url:
        yield url


@contextmanager
def copied_database(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    """URL of a fresh copy of the template, dropped when the block ends."""
    name = f"test_{next(_NUMBERS)}"
    url = make_url(postgres.url).set(database=name)
    server = {"host": url.query["host"], "port": url.query["port"], "user": url.username, "dbname": "postgres"}
    with closing(psycopg.connect(**server, autocommit=True)) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield url.render_as_string(hide_password=False)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session_factory(engine: Engine) -> SessionFactory:
    return make_session_factory(engine)


@pytest.fixture
def unit(session_factory: SessionFactory) -> Iterator[UnitOfWork]:
    """An open unit of work."""
    with UnitOfWork(session_factory) as unit:
        yield unit


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(Path(tmp_path_factory.mktemp("redis")) / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> Iterator[str]:
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        client.flushall()
        yield redis_server.url

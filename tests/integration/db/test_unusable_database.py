"""Commands on a database that cannot be used: which one, what is wrong, what to do, and no password."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text

from db.cli import db
from db.curated.cli import curated
from db.engine import SessionFactory
from db.reaching import shown
from dti.errors import ConflictError, DtiError, SettingsError, StoreUnavailableError

pytestmark = pytest.mark.integration

_COMMANDS = (("migrate",), ("check",), ("revision", "-m", "none"))


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port of which nobody listens; it stays ours, so nobody begins to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def _refusal(group: click.Group, url: str, *command: str) -> DtiError:
    error = CliRunner().invoke(group, ["--url", url, *command]).exception
    assert isinstance(error, DtiError), error
    return error


@pytest.mark.parametrize("command", _COMMANDS)
def test_a_silent_database_is_named_without_its_password(command: tuple[str, ...], silent_port: int) -> None:
    error = _refusal(db, f"postgresql+psycopg://anna:s3cret@127.0.0.1:{silent_port}/kb?password=s3cret", *command)

    assert isinstance(error, StoreUnavailableError)
    assert f"postgresql+psycopg://anna:***@127.0.0.1:{silent_port}/kb" in str(error)
    assert "DTI_DATABASE_URL" in str(error)
    assert "s3cret" not in str(error)


def test_curated_tables_name_the_silent_database_too(silent_port: int, tmp_path: Path) -> None:
    (table := tmp_path / "table.tsv").write_text("")
    error = _refusal(curated, f"postgresql+psycopg://anna:s3cret@127.0.0.1:{silent_port}/kb", "load", "dgidb", str(table))

    assert f"anna:***@127.0.0.1:{silent_port}/kb" in str(error)


@pytest.mark.parametrize("command", _COMMANDS)
def test_a_database_that_is_not_there_is_told_as_the_server_says_it(command: tuple[str, ...], database_url: str) -> None:
    absent = make_url(database_url).set(database="nowhere").render_as_string()

    assert 'database "nowhere" does not exist' in str(_refusal(db, absent, *command))


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "postgresql+psycopg://anna:s3cret@127.0.0.1:port/kb"])
def test_what_is_no_address_is_not_repeated(url: str) -> None:
    error = _refusal(db, url, "migrate")

    assert isinstance(error, SettingsError)
    assert "s3cret" not in str(error)


@pytest.mark.parametrize("command", _COMMANDS[1:])
def test_a_database_without_our_tables_asks_for_migration(command: tuple[str, ...], database_url: str) -> None:
    error = _refusal(db, make_url(database_url).set(database="template1").render_as_string(), *command)

    assert isinstance(error, ConflictError)
    assert "dti db migrate" in str(error)


def test_a_schema_of_another_version_is_refused(database_url: str, session_factory: SessionFactory) -> None:
    with session_factory.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert "'9999'" in str(_refusal(db, database_url, "migrate"))


def test_what_is_printed_as_json_is_nothing_but_json(database_url: str) -> None:
    printed = CliRunner().invoke(db, ["--url", database_url, "check", "--json"]).stdout

    assert json.loads(printed) == {"models_and_migrations": "agree"}


def test_a_socket_is_part_of_the_address() -> None:
    address = "postgresql+psycopg://dti@/dti?host=%2Frun%2Fpg&port=5432"

    assert shown(f"{address}&sslpassword=s3cret") == address

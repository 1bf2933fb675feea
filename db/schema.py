"""The schema as migrations make it: bring a database up to date, and check that models and migrations agree."""

from __future__ import annotations

from pathlib import Path

import alembic.command
from alembic.config import Config
from alembic.util import CommandError

from dti.errors import ConflictError


def alembic_config(url: str) -> Config:
    """Alembic's configuration without an ini file: the scripts come from the package, the URL from the caller."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema; a no-op where it is."""
    alembic.command.upgrade(alembic_config(url), "head")


def check_agreement(url: str) -> None:
    """Raise ConflictError unless the migrated database is what the models say."""
    try:
        alembic.command.check(alembic_config(url))
    except CommandError as error:
        raise ConflictError(str(error)) from error


def revise(url: str, message: str) -> list[Path]:
    """Write a migration for what the models have and the database at `url` has not; returns the files."""
    script = alembic.command.revision(alembic_config(url), message=message, autogenerate=True)
    return [Path(written.path) for written in (script if isinstance(script, list) else [script]) if written is not None]

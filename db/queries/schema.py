"""Whether the database has the tables that this code expects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Revisions: the one the database is at (None where it was never migrated) and the newest one."""

    current: str | None
    newest: str | None

    @property
    def up_to_date(self) -> bool:
        """Whether nothing is left to migrate."""
        return self.current == self.newest


def state(session: Session) -> SchemaState:
    """Read the database's revision and compare it with the packaged migrations."""
    current = MigrationContext.configure(session.connection()).get_current_revision()
    return SchemaState(current, _newest())


@cache
def _newest() -> str | None:
    """Of the packaged migrations, which do not change while the process runs."""
    return ScriptDirectory(str(files("db") / "migrations")).get_current_head()

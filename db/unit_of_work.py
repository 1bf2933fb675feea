"""One transaction, one commit; what must follow the commit follows it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from psycopg.errors import ReadOnlySqlTransaction, UndefinedColumn, UndefinedTable
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from db.engine import SessionFactory
from dti.errors import StoreError, StoreUnavailableError


class UnitOfWork:
    """A transaction that is rolled back unless `commit` is called.

    Callables handed to `after_commit` run once, in order, when the commit has succeeded: a bell rung for rows
    that nobody can see yet would be lost. Errors of the driver leave as StoreError or StoreUnavailableError.
    """

    session: Session

    def __init__(self, session_factory: SessionFactory) -> None:
        self._session_factory = session_factory
        self._after_commit: list[Callable[[], object]] = []

    def __enter__(self) -> Self:
        self._after_commit.clear()
        self.session = self._session_factory()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self.session.close()
        except DBAPIError as failure:
            if error is None:
                raise translate(failure) from failure
        if isinstance(error, DBAPIError | PoolTimeoutError):
            raise translate(error) from error

    def after_commit(self, action: Callable[[], object]) -> None:
        """Run `action` when, and only when, this unit has been committed."""
        self._after_commit.append(action)

    def commit(self) -> None:
        """Make everything durable, then run what waits for it; raises StoreError or StoreUnavailableError."""
        try:
            self.session.commit()
        except DBAPIError as error:
            raise translate(error) from error
        actions, self._after_commit = self._after_commit, []
        for action in actions:
            action()


def translate(error: DBAPIError | PoolTimeoutError) -> StoreError:
    """The named error for a driver's error.

    Lost connections, deadlocks, timeouts, a schema that is not there and a database that takes no writes may heal.
    """
    if isinstance(error, PoolTimeoutError):
        return StoreUnavailableError("no free connection to the database")
    cause = str(error.orig).strip().splitlines()
    message = cause[0].removeprefix("connection failed: ") if cause else type(error).__name__
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError) or _not_ready(error):
        return StoreUnavailableError(message)
    return StoreError(message)


def _not_ready(error: DBAPIError) -> bool:
    """Whether the database is not migrated yet, or is a standby that has not taken over yet."""
    return isinstance(error.orig, UndefinedTable | UndefinedColumn | ReadOnlySqlTransaction)

"""Bulk writes: COPY, which PostgreSQL takes many times faster than inserts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import psycopg
from psycopg import Connection, sql
from sqlalchemy import text
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """COPY `rows` into `table`."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    try:
        with _driver(session).cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance("COPY", None, error, psycopg.Error) from error


def stage(session: Session, name: str, definition: str, rows: Sequence[Sequence[object]]) -> None:
    """Fill temporary table `name` (columns as in `definition`, "a text, b bigint") with exactly `rows`.

    The table belongs to the connection and is emptied by each commit, so pooled connections create it once.
    """
    session.execute(text(f"CREATE TEMP TABLE IF NOT EXISTS {name} ({definition}) ON COMMIT DELETE ROWS"))
    session.execute(text(f"TRUNCATE pg_temp.{name}"))
    copy_rows(session, name, [column.split()[0] for column in definition.split(", ")], rows)


def affected(session: Session, statement: str, **parameters: object) -> int:
    """Run a statement that writes; returns how many rows it touched."""
    result = session.execute(text(statement), parameters)
    if not isinstance(result, CursorResult):
        raise TypeError("not a statement that writes")
    return result.rowcount


def _driver(session: Session) -> Connection[tuple[object, ...]]:
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, Connection):
        raise TypeError("the engine must use psycopg 3")
    return driver

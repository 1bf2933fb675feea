"""Locks between processes that end with the process that held them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from db.engine import SessionFactory


@contextmanager
def advisory_lock(sessions: SessionFactory, name: str) -> Iterator[bool]:
    """Whether this process has the lock `name`, until the block ends; never waits."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with sessions() as session:
        connection = session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))
        try:
            yield mine
        finally:
            if mine:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})

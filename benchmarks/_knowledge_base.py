"""A PostgreSQL of its own for a benchmark, migrated and empty."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from db.engine import make_engine
from db.schema import upgrade
from workers.stack.postgres import EmbeddedPostgres


@contextmanager
def knowledge_base() -> Iterator[Engine]:
    """Its engine; server and data are gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="dti-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        server.start()
        try:
            upgrade(server.url)
            engine = make_engine(server.url, statement_timeout=0)
            yield engine
            engine.dispose()
        finally:
            server.stop()

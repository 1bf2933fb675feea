"""Alembic's entry point; `db.cli` hands the URL over."""

from __future__ import annotations

from contextlib import ExitStack

from alembic import context
from sqlalchemy import text

from db.base import Base
from db.engine import make_engine

# Imported for its tables.
from db.models import Item as _Item  # noqa: F401

# Several processes may migrate at start-up: the second waits for the first.
_LOCK = 7_303_216_891
# Made only where the server has the extension, so no model can name it.
_OPTIONAL = {"ix_names_folded_trigrams"}

with ExitStack() as stack:
    engine = make_engine(context.config.attributes["url"], statement_timeout=0, application_name="dti-migrate")
    stack.callback(engine.dispose)  # whatever fails: the lock is the connection's
    connection = stack.enter_context(engine.connect())
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        include_name=lambda name, _kind, _parents: name not in _OPTIONAL,
    )
    with context.begin_transaction():
        context.run_migrations()

"""Connections to PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from dti.errors import SettingsError

SessionFactory = sessionmaker[Session]


def make_engine(
    url: str, *, pool_size: int = 5, statement_timeout: float = 60.0, application_name: str = "dti", pre_ping: bool = True
) -> Engine:
    """A pool on `url` (postgresql+psycopg://…); `statement_timeout` in seconds, 0 for none.

    A pooled connection is tested before use, so a restarted server costs no failed task.
    """
    if not url.startswith("postgresql+psycopg://"):
        raise SettingsError(
            "DTI_DATABASE_URL must be postgresql+psycopg://user@host/database (`dti up` brings its own database)"
        )
    milliseconds = round(statement_timeout * 1000)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=pre_ping,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 5,
            "application_name": application_name,
            "options": f"-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout=600000 -c timezone=UTC",
        },
    )


def make_session_factory(engine: Engine) -> SessionFactory:
    """Sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)

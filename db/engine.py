"""Connections to PostgreSQL."""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from dti.errors import SettingsError

SessionFactory = sessionmaker[Session]

_DRIVER = "postgresql+psycopg"
_VANISHED_MILLISECONDS = 10_000


def parse_url(url: str) -> URL:
    """What a URL of ours is made of; raises SettingsError for any other, without repeating it: it may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername != _DRIVER:
        raise SettingsError(f"DTI_DATABASE_URL must be {_DRIVER}://user@host:port/database (`dti up` brings its own database)")
    return parsed


def make_engine(
    url: str,
    *,
    pool_size: int = 5,
    pool_timeout: float = 30.0,
    statement_timeout: float = 60.0,
    application_name: str = "dti",
    pre_ping: bool = True,
) -> Engine:
    """A pool on `url` (postgresql+psycopg://…); `statement_timeout` in seconds, 0 for none.

    A pooled connection is tested before use, so a restarted server costs no failed task; one whose other end has vanished
    without a word is given up after ten seconds. `pool_timeout` is how long to wait for a free one.
    """
    milliseconds = round(statement_timeout * 1000)
    return create_engine(
        parse_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=pool_timeout,
        pool_pre_ping=pre_ping,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 5,
            "tcp_user_timeout": _VANISHED_MILLISECONDS,
            "application_name": application_name,
            "options": f"-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout=600000 -c timezone=UTC",
        },
    )


def make_session_factory(engine: Engine) -> SessionFactory:
    """Sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)

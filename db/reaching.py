"""A database that cannot be used, told to the person who named it: which one, what is wrong, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from db.engine import parse_url
from db.unit_of_work import translate
from dti.errors import StoreError, StoreUnavailableError

_SHOWN = frozenset({"host", "port"})  # of a URL's parameters; others may be secrets
_ADVICE = "is it running, and is its address right? (DTI_DATABASE_URL or --url names another)"


def shown(url: str) -> str:
    """The address without its password; raises SettingsError."""
    parsed = parse_url(url)
    kept = {name: value for name, value in parsed.query.items() if name in _SHOWN}
    return parsed.set(query=kept).render_as_string(hide_password=True)


@contextmanager
def told_of(url: str) -> Iterator[None]:
    """Name the database at `url` in whatever it refuses; raises SettingsError, StoreError or StoreUnavailableError."""
    where = shown(url)
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        raise _placed(translate(error), where) from error
    except StoreUnavailableError as error:
        raise _placed(error, where) from error


def _placed(error: StoreError, where: str) -> StoreError:
    if isinstance(error, StoreUnavailableError):
        return StoreUnavailableError(f"the database at {where} cannot be used: {error}; {_ADVICE}")
    return StoreError(f"the database at {where} refuses: {error}")

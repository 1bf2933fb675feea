"""Keyset paging: a page ends with a cursor that names its last row, so inserted rows move nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from dti.errors import BadCursorError

T = TypeVar("T")
R = TypeVar("R")

_MAX_BIGINT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in a stable order; `next_cursor` is None where the list ends."""

    items: tuple[T, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many rows, and after which one."""

    limit: int = 50
    cursor: str | None = None


def encode_cursor(kind: str, *position: str | float) -> str:
    """Opaque to clients. Unsigned on purpose: it holds nothing that the list itself does not show."""
    return base64.urlsafe_b64encode(json.dumps([kind, *position], separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(kind: str, cursor: str) -> list[object]:
    """The position in `cursor`; raises BadCursorError unless it was made for lists of `kind`."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise BadCursorError("the cursor is not one this service gave out") from None
    if not isinstance(values, list) or values[:1] != [kind]:
        raise BadCursorError(f"the cursor does not belong to this list of {kind}")
    return values[1:]


def row_position(kind: str, cursor: str | None) -> int:
    """The id after which a page ordered by id starts; 0 for the first page."""
    if cursor is None:
        return 0
    match decode_cursor(kind, cursor):
        case [int(row)] if 0 < row <= _MAX_BIGINT:
            return row
    raise BadCursorError("the cursor names no row")


def time_position(kind: str, cursor: str) -> tuple[datetime, str]:
    """The moment and id after which a page ordered by both starts."""
    match decode_cursor(kind, cursor):
        case [str(moment), str(row)] if row.isalnum():
            return _aware(moment), row
    raise BadCursorError("the cursor names no row")


def score_position(kind: str, cursor: str) -> tuple[float, int]:
    """The score in [0, 1] and id after which a page ordered by both starts."""
    match decode_cursor(kind, cursor):
        case [int() | float() as score, int(row)] if 0 <= score <= 1 and 0 < row <= _MAX_BIGINT:
            return float(score), row
    raise BadCursorError("the cursor names no row")


def to_page(rows: Sequence[R], limit: int, view: Callable[[R], T], cursor_of: Callable[[R], str]) -> Page[T]:
    """A page of at most `limit` of `rows`; the caller has fetched one more to see whether the list goes on."""
    shown = rows[:limit]
    more = cursor_of(shown[-1]) if len(rows) > limit else None
    return Page(tuple(view(row) for row in shown), more)


def _aware(moment: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        raise BadCursorError("the cursor names no moment") from None
    if parsed.utcoffset() is None:
        raise BadCursorError("the cursor names no moment")
    return parsed

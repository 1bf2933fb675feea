"""What columns of many tables have in common."""

from __future__ import annotations

from sqlalchemy import func, text

NOW = func.now()
NO_TEXTS = text("'{}'")
NO_OBJECTS = text("'[]'")
EMPTY_OBJECT = text("'{}'")
NEVER = text("'1970-01-01 00:00:00+00'")  # the lease of what nobody holds: comparable, unlike NULL

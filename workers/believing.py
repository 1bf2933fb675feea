"""Brings beliefs up to date with their evidence."""

from __future__ import annotations

from db.repository import beliefs
from workers.context import Context

_CHUNK = 2000  # triplets per transaction


def believe(context: Context) -> None:
    """Recompute what is stale, a transaction at a time."""
    recomputed = _CHUNK
    while recomputed == _CHUNK:
        with context.unit() as unit:
            recomputed = beliefs.recompute(unit.session, _CHUNK)
            unit.commit()

"""Finds what got lost: expired leases, unheard bells, finished batches nobody closed."""

from __future__ import annotations

import logging

from db.repository import batches, items, steps
from workers.believing import believe
from workers.context import Context, ring

_LOG = logging.getLogger(__name__)


def reconcile(context: Context) -> None:
    """Fail what no worker survives, close what is done, and ring for everything that anyone could claim now."""
    attempts = context.terms.max_attempts
    with context.unit() as unit:
        poisonous = items.fail_exhausted(unit.session, attempts) + steps.fail_exhausted(unit.session, attempts)
        batches.settle(unit.session)
        waiting = batches.waiting(unit.session)
        unit.commit()
    believe(context)
    if poisonous:
        _LOG.warning("%d items or steps failed after %d attempts", poisonous, attempts)
    for work in waiting:
        ring(context.bell, work)

"""Finds what got lost: expired leases, unheard bells, finished batches nobody closed."""

from __future__ import annotations

import logging

from db.repository import batches, items, self_training, steps
from workers.believing import believe
from workers.context import Context, ring

_LOG = logging.getLogger(__name__)


def reconcile(context: Context) -> None:
    """Fail what no worker survives, close what is done, and ring for everything that anyone could claim now."""
    attempts = context.terms.max_attempts
    with context.unit() as unit:
        poisonous = sum(kind.fail_exhausted(unit.session, attempts) for kind in (items, steps, self_training))
        batches.settle(unit.session)
        waiting = batches.waiting(unit.session)
        runs = self_training.waiting(unit.session)
        unit.commit()
    believe(context)
    if poisonous:
        _LOG.warning("%d items, steps or self-training runs failed after %d attempts", poisonous, attempts)
    for work in waiting:
        ring(context.bell, work)
    for run_id in runs:
        context.bell.self_train(run_id)

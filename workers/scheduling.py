"""Starts self-training when its time has come: once a period, whoever rings and however often."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from db.repository import self_training as store
from dti.domain.self_training import SelfTrainingRequest, Trigger
from dti.errors import ConflictError
from workers.context import Context
from workers.schedule import Clock

_LOG = logging.getLogger(__name__)


def start_by_clock(context: Context, order: Mapping[str, object], clock: Clock, now: datetime | None = None) -> None:
    """Start the run of this period unless it was, or the one of an earlier period still goes on."""
    period = clock.period(now or datetime.now(UTC))
    request = SelfTrainingRequest.read(order, Trigger.SCHEDULE, f"schedule:{period}")
    try:
        with context.unit() as unit:
            if store.unfinished(unit.session, Trigger.SCHEDULE):
                _LOG.info("self-training of %s: the scheduled run before it still goes on", period)
                return
            run_id, created = store.submit(unit.session, request)
            if created:
                context.ring_for_run(unit, run_id)
            unit.commit()
    except ConflictError as error:
        _LOG.info("self-training of %s has been started already, by another order: %s", period, error)

"""Reconcile finds what got lost."""

from __future__ import annotations

import pytest

from db.repository import items
from dti.domain.jobs import ItemState
from tests.integration.workers.conftest import Desk
from workers.reconciling import reconcile

pytestmark = pytest.mark.integration


def hold_all(desk: Desk, batch_id: str) -> None:
    with desk.context.unit() as unit:
        assert items.claim(unit.session, batch_id, ItemState.QUEUED, desk.context.lease(), limit=9, max_attempts=3)  # type: ignore[arg-type]
        unit.commit()


def test_it_rings_for_work_that_nobody_holds(desk: Desk) -> None:
    idle, held, query = desk.submit("1"), desk.submit("2"), desk.submit(query="statin")
    hold_all(desk, held)

    reconcile(desk.context)
    assert desk.bell.rung == [("pull", idle), ("expand", query)]

    desk.bell.heard()
    desk.lose_leases()
    reconcile(desk.context)
    assert desk.bell.rung == [("pull", idle), ("pull", held), ("expand", query)]


def test_it_fails_what_no_worker_survives_and_closes_the_batch(desk: Desk) -> None:
    batch_id = desk.submit("1")
    for _ in range(3):
        hold_all(desk, batch_id)
        desk.lose_leases()

    reconcile(desk.context)

    assert desk.states() == {"pmid:1": ("failed", "poison: 3 workers died or hung on it")}
    assert desk.batch_state(batch_id) == "finished"
    assert desk.bell.heard() == []


def test_it_closes_a_batch_that_nobody_closed(desk: Desk) -> None:
    batch_id = desk.submit("1")
    desk.sql("UPDATE items SET state = 'extracted'")
    reconcile(desk.context)
    assert desk.batch_state(batch_id) == "finished"
    assert desk.sql("SELECT finished_at IS NOT NULL FROM batches") == [(True,)]

"""Leases of items: who may write, and what a dead worker leaves behind."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from db.engine import SessionFactory
from db.repository import batches, items
from db.unit_of_work import UnitOfWork
from dti.domain.jobs import Backoff, BatchId, BatchRequest, ClaimedItem, ItemResult, ItemState, Lease
from dti.errors import LeaseLostError

pytestmark = pytest.mark.integration

FIRST, SECOND = Lease("first", 60), Lease("second", 60)


@pytest.fixture
def batch_id(session_factory: SessionFactory) -> BatchId:
    with UnitOfWork(session_factory) as unit:
        batch_id, _ = batches.submit(unit.session, BatchRequest(pmids=tuple(map(str, range(1, 11)))))
        unit.commit()
    return batch_id


def claim(unit: UnitOfWork, batch_id: BatchId, lease: Lease, limit: int = 100, max_attempts: int = 5) -> list[ClaimedItem]:
    return items.claim(unit.session, batch_id, ItemState.QUEUED, lease, limit=limit, max_attempts=max_attempts)


def expire(unit: UnitOfWork) -> None:
    unit.session.execute(text("UPDATE items SET lease_until = now() - interval '1 second' WHERE lease IS NOT NULL"))


def test_two_open_transactions_never_claim_the_same_item(session_factory: SessionFactory, batch_id: BatchId) -> None:
    with UnitOfWork(session_factory) as one, UnitOfWork(session_factory) as two:
        first = claim(one, batch_id, FIRST, limit=6)
        second = claim(two, batch_id, SECOND, limit=6)
    assert len(first) == 6
    assert len(second) == 4
    assert not {item.id for item in first} & {item.id for item in second}


def test_an_expired_lease_passes_to_another_worker_and_fences_the_first(
    session_factory: SessionFactory, batch_id: BatchId
) -> None:
    with UnitOfWork(session_factory) as unit:
        first = claim(unit, batch_id, FIRST, limit=3)
        assert len(claim(unit, batch_id, SECOND, limit=3)) == 3
        expire(unit)
        unit.session.execute(text("UPDATE items SET lease_until = now() + interval '1 minute' WHERE lease = 'second'"))
        again = [item for item in claim(unit, batch_id, SECOND) if item.attempts > 1]
        unit.commit()

    assert [(item.id, item.attempts) for item in again] == [(item.id, 2) for item in first]
    with UnitOfWork(session_factory) as unit:
        results = [ItemResult(item.id, ItemState.FAILED, "late") for item in first]
        with pytest.raises(LeaseLostError, match="3 of 3"):
            items.hold(unit.session, FIRST, [item.id for item in first])
        with pytest.raises(LeaseLostError, match="3 of 3"):
            items.finish(unit.session, FIRST, results)
        items.finish(unit.session, SECOND, results)


def test_a_renewed_lease_is_not_given_away(unit: UnitOfWork, batch_id: BatchId) -> None:
    held = [item.id for item in claim(unit, batch_id, FIRST)]
    expire(unit)
    assert items.renew(unit.session, FIRST, held) == 10
    assert claim(unit, batch_id, SECOND) == []
    assert items.renew(unit.session, SECOND, held) == 0


def test_what_two_workers_died_on_is_claimed_alone_and_last(unit: UnitOfWork, batch_id: BatchId) -> None:
    suspects = claim(unit, batch_id, FIRST, limit=3)
    expire(unit)
    unit.session.execute(text("UPDATE items SET attempts = 2 WHERE lease = 'first'"))
    fresh = claim(unit, batch_id, FIRST)
    alone = claim(unit, batch_id, FIRST)
    assert len(fresh) == 7
    assert [item.id for item in alone] == [suspects[0].id]


def test_an_item_that_kills_every_worker_is_failed_with_the_reason(unit: UnitOfWork, batch_id: BatchId) -> None:
    for _ in range(3):
        claim(unit, batch_id, FIRST, limit=1, max_attempts=3)
        unit.session.execute(
            text("UPDATE items SET lease_until = now() - interval '1 second' WHERE id = (SELECT min(id) FROM items)")
        )
        unit.session.execute(
            text("UPDATE items SET lease_until = now() + interval '1 hour' WHERE id > (SELECT min(id) FROM items)")
        )
    assert items.fail_exhausted(unit.session, 3) == 1
    row = unit.session.execute(text("SELECT state, reason FROM items ORDER BY id LIMIT 1")).one()
    assert tuple(row) == ("failed", "poison: 3 workers died or hung on it")


def test_deferred_items_wait_longer_each_time_cost_no_attempt_and_fail_in_the_end(unit: UnitOfWork, batch_id: BatchId) -> None:
    waits = []
    for _ in range(3):
        held = [item.id for item in claim(unit, batch_id, FIRST, limit=1)]
        items.defer(unit.session, FIRST, held, "503 from NCBI", Backoff(first=10, longest=15, limit=3))
        row = unit.session.execute(
            text("SELECT state, attempts, reason, extract(epoch FROM lease_until - now()) AS wait FROM items WHERE id = :id"),
            {"id": held[0]},
        ).one()
        waits.append((float(row.wait), row.state, row.attempts, row.reason))
        unit.session.execute(text("UPDATE items SET lease_until = 'epoch' WHERE id = :id"), {"id": held[0]})
    assert waits == [
        (10.0, "queued", 0, "503 from NCBI"),
        (15.0, "queued", 0, "503 from NCBI"),
        (15.0, "failed", 0, "503 from NCBI"),
    ]


def test_items_are_added_once_per_key_and_the_last_of_a_chunk_counts(unit: UnitOfWork, batch_id: BatchId) -> None:
    rows = [
        ("file:a", ItemState.NO_ABSTRACT, "", None),
        ("file:a", ItemState.FAILED, "NUL \x00 inside", None),
        ("pmid:1", ItemState.FETCHED, "", None),
    ]
    assert items.add(unit.session, batch_id, rows) == 1
    assert items.add(unit.session, batch_id, rows) == 0
    stored = unit.session.execute(text("SELECT state, reason FROM items WHERE key = 'file:a'")).one()
    assert tuple(stored) == ("failed", "NUL \ufffd inside")
    assert unit.session.scalar(text("SELECT state FROM items WHERE key = 'pmid:1'")) == "queued"

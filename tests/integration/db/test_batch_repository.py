"""Batches on a real PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from db.engine import SessionFactory
from db.models import Batch, Item, Step, Upload
from db.repository import batches, items, uploads
from db.unit_of_work import UnitOfWork
from dti.domain.jobs import BatchRequest, ItemResult, ItemState, Lease
from dti.errors import ConflictError, JobError, NotFoundError

pytestmark = pytest.mark.integration


def test_pmids_become_items_and_duplicates_collapse(unit: UnitOfWork) -> None:
    batch_id, created = batches.submit(unit.session, BatchRequest(pmids=("12", "7", "012", " 7 ")))

    assert created
    assert list(unit.session.scalars(select(Item.key).order_by(Item.id))) == ["pmid:12", "pmid:7"]
    assert unit.session.get_one(Batch, batch_id).state == "running"


@pytest.mark.parametrize("pmid", ["", "abc", "12a", "-3", "0", "1.5", "١٢", "1" * 12, "12\n13", "12\x00"])
def test_a_pmid_that_is_no_number_is_refused(unit: UnitOfWork, pmid: str) -> None:
    with pytest.raises(JobError, match="no PMID"):
        batches.submit(unit.session, BatchRequest(pmids=("1", pmid)))


def test_an_empty_request_is_refused(unit: UnitOfWork) -> None:
    with pytest.raises(JobError, match="needs PMIDs"):
        batches.submit(unit.session, BatchRequest(query="  "))


def test_a_query_and_uploads_become_steps(unit: UnitOfWork) -> None:
    upload = uploads.store(unit.session, "../evil/library.nbib", b"PMID- 1")

    batch_id, _ = batches.submit(unit.session, BatchRequest(query="egfr\x00 inhibitor", uploads=(upload, upload)))

    steps = unit.session.execute(select(Step.kind, Step.payload).order_by(Step.id)).all()
    assert [tuple(step) for step in steps] == [("query", {"term": "egfr\ufffd inhibitor"}), ("upload", {"upload_id": upload})]
    assert unit.session.get_one(Batch, batch_id).state == "pending"
    assert unit.session.get_one(Upload, upload).filename == "library.nbib"


def test_an_unknown_upload_is_refused(unit: UnitOfWork) -> None:
    with pytest.raises(NotFoundError, match="no upload 'nowhere'"):
        batches.submit(unit.session, BatchRequest(uploads=("nowhere",)))


def test_the_same_idempotency_key_returns_the_first_batch(session_factory: SessionFactory) -> None:
    request = BatchRequest(pmids=("1", "2"), idempotency_key="mine")
    answers = []
    for pmids in (("1", "2"), ("2", "1")):
        with UnitOfWork(session_factory) as unit:
            answers.append(batches.submit(unit.session, BatchRequest(pmids=pmids, idempotency_key="mine")))
            unit.commit()

    with UnitOfWork(session_factory) as unit:
        assert answers == [(answers[0][0], True), (answers[0][0], False)]
        assert unit.session.scalar(text("SELECT count(*) FROM items")) == 2
        with pytest.raises(ConflictError, match="another request"):
            batches.submit(unit.session, BatchRequest(pmids=("3",), idempotency_key=request.idempotency_key))


def test_an_upload_is_kept_once_and_read_in_pieces(unit: UnitOfWork) -> None:
    content = b"\x00\xff" * 5_000_000

    first = uploads.store(unit.session, "a.bin", content)

    assert uploads.store(unit.session, "a.bin", content) == first
    assert uploads.store(unit.session, "b.bin", content) != first
    pieces = list(uploads.pieces(unit.session, first))
    assert len(pieces) == 2
    assert b"".join(pieces) == content


def test_cancel_ends_what_is_unfinished_and_the_worker_loses_its_lease(session_factory: SessionFactory) -> None:
    lease = Lease("worker", 60)
    with UnitOfWork(session_factory) as unit:
        batch_id, _ = batches.submit(unit.session, BatchRequest(pmids=("1", "2", "3")))
        held = items.claim(unit.session, batch_id, ItemState.QUEUED, lease, limit=2, max_attempts=5)
        items.finish(unit.session, lease, [ItemResult(held[0].id, ItemState.FAILED, "PMID not found")])
        unit.commit()

    with UnitOfWork(session_factory) as unit:
        assert batches.cancel(unit.session, batch_id) == 2
        assert batches.cancel(unit.session, batch_id) == 0
        unit.commit()

    with UnitOfWork(session_factory) as unit:
        states = unit.session.execute(text("SELECT state, count(*) FROM items GROUP BY state")).all()
        assert dict(map(tuple, states)) == {"failed": 1, "cancelled": 2}
        assert items.hold(unit.session, lease, [held[1].id]) == set()


def test_cancel_knows_unknown_and_finished_batches(unit: UnitOfWork) -> None:
    with pytest.raises(NotFoundError):
        batches.cancel(unit.session, "nowhere")
    batch_id, _ = batches.submit(unit.session, BatchRequest(pmids=("1",)))
    unit.session.execute(text("UPDATE items SET state = 'failed'"))
    batches.settle(unit.session, batch_id)
    with pytest.raises(ConflictError, match="finished"):
        batches.cancel(unit.session, batch_id)


def test_a_batch_settles_when_steps_and_items_are_finished(unit: UnitOfWork) -> None:
    upload = uploads.store(unit.session, "a.nbib", b"")
    batch_id, _ = batches.submit(unit.session, BatchRequest(pmids=("1",), uploads=(upload,)))

    def state_after(statement: str) -> str | None:
        unit.session.execute(text(statement))
        batches.settle(unit.session)
        return unit.session.scalar(select(Batch.state).where(Batch.id == batch_id))

    assert state_after("UPDATE items SET state = 'failed'") == "pending"
    assert state_after("UPDATE steps SET state = 'done'; UPDATE items SET state = 'queued'") == "running"
    assert state_after("UPDATE items SET state = 'extracted'") == "finished"


def test_resubmit_gives_only_the_unsuccessful_another_chance(unit: UnitOfWork) -> None:
    batch_id, _ = batches.submit(unit.session, BatchRequest(pmids=("1", "2", "3")))
    items.add(unit.session, batch_id, [("fault:x:1", ItemState.FAILED, "line 3: no title", None)])
    unit.session.execute(text("UPDATE items SET state = 'extracted' WHERE key = 'pmid:1'"))
    unit.session.execute(text("UPDATE items SET state = 'failed', attempts = 5 WHERE key = 'pmid:2'"))
    batches.cancel(unit.session, batch_id)

    assert batches.resubmit(unit.session, batch_id) == 2

    states = unit.session.execute(text("SELECT key, state, attempts FROM items ORDER BY key")).all()
    assert [tuple(row) for row in states] == [
        ("fault:x:1", "failed", 0),
        ("pmid:1", "extracted", 0),
        ("pmid:2", "queued", 0),
        ("pmid:3", "queued", 0),
    ]
    assert [work.queued for work in batches.waiting(unit.session)] == [True]


def test_what_is_held_is_not_waiting(unit: UnitOfWork) -> None:
    batch_id, _ = batches.submit(unit.session, BatchRequest(pmids=("1",)))
    assert batches.waiting(unit.session, batch_id) == [batches.Waiting(batch_id, steps=False, queued=True, fetched=False)]
    items.claim(unit.session, batch_id, ItemState.QUEUED, Lease("worker", 60), limit=1, max_attempts=5)
    assert batches.waiting(unit.session, batch_id) == []


def test_fifty_thousand_pmids_are_one_request(unit: UnitOfWork) -> None:
    batches.submit(unit.session, BatchRequest(pmids=tuple(map(str, range(1, 50_001)))))
    assert unit.session.scalar(text("SELECT count(*) FROM items")) == 50_000

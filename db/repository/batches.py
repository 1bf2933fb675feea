"""Batches: submit, cancel, resubmit, finish."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.mapping import storable
from db.models import Batch
from db.repository import steps, uploads
from db.repository.bulk import affected, copy_rows
from dti.domain.jobs import BatchId, BatchRequest, BatchState, StepKind
from dti.errors import ConflictError, JobError, NotFoundError

_PMID = re.compile(r"0*([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a worker could claim in a batch right now."""

    batch_id: BatchId
    steps: bool
    queued: bool
    fetched: bool


def submit(session: Session, request: BatchRequest) -> tuple[BatchId, bool]:
    """Store a batch with its items and steps; False where the idempotency key has already made one.

    Duplicate PMIDs collapse. Raises JobError for an empty request or a PMID that is no number, NotFoundError for an
    unknown upload, ConflictError where the idempotency key belongs to another request.
    """
    pmids = _normalised(request.pmids)
    content = _request(request, pmids)
    if not (pmids or request.query.strip() or request.uploads):
        raise JobError("a batch needs PMIDs, a query or an upload")
    if unknown := uploads.missing(session, request.uploads):
        raise NotFoundError(f"no upload {min(unknown)!r}")
    batch_id = _insert(session, request, content)
    if batch_id is None:
        return _same(session, request.idempotency_key, content), False
    copy_rows(session, "items", ("batch_id", "key"), ((batch_id, f"pmid:{pmid}") for pmid in pmids))
    if request.query.strip():
        steps.add(session, batch_id, StepKind.QUERY, {"term": storable(request.query.strip())})
    for upload_id in dict.fromkeys(request.uploads):
        steps.add(session, batch_id, StepKind.UPLOAD, {"upload_id": upload_id})
    return batch_id, True


def _normalised(pmids: tuple[str, ...]) -> list[str]:
    kept: dict[str, None] = {}
    for pmid in pmids:
        match = _PMID.fullmatch(pmid.strip())
        if match is None:
            raise JobError(f"{pmid[:40]!r} is no PMID")
        kept[match[1]] = None
    return list(kept)


def _request(request: BatchRequest, pmids: list[str]) -> dict[str, object]:
    """What is kept of the request: PMIDs, of which there may be many, are in the items already."""
    return {
        "pmids": len(pmids),
        "pmids_sha256": hashlib.sha256(",".join(sorted(pmids)).encode()).hexdigest(),
        "query": storable(request.query.strip()),
        "uploads": sorted(set(request.uploads)),
        "refresh": request.refresh,
    }


def _insert(session: Session, request: BatchRequest, content: dict[str, object]) -> BatchId | None:
    pending = bool(request.query.strip() or request.uploads)
    values = {
        "id": uuid4().hex,
        "state": BatchState.PENDING if pending else BatchState.RUNNING,
        "request": content,
        "refresh": request.refresh,
        "idempotency_key": storable(request.idempotency_key)[:512] or None,
    }
    statement = insert(Batch).values(values).on_conflict_do_nothing(index_elements=["idempotency_key"]).returning(Batch.id)
    batch_id = session.scalar(statement)
    return BatchId(batch_id) if batch_id else None


def _same(session: Session, idempotency_key: str, content: dict[str, object]) -> BatchId:
    key = storable(idempotency_key)[:512]
    first = session.execute(select(Batch.id, Batch.request).where(Batch.idempotency_key == key)).one()
    if first.request != content:
        raise ConflictError(f"idempotency key {key!r} was used for another request")
    return BatchId(first.id)


def cancel(session: Session, batch_id: str) -> int:
    """Stop a batch; its unfinished items become cancelled. Returns how many.

    A worker that holds some of them loses its lease and drops their results. Cancelling twice does nothing more.
    Raises NotFoundError, and ConflictError for a finished batch.
    """
    state = _locked_state(session, batch_id)
    if state is BatchState.FINISHED:
        raise ConflictError(f"batch {batch_id} is finished")
    if state is BatchState.CANCELLED:
        return 0
    session.execute(text("UPDATE batches SET state = 'cancelled', finished_at = now() WHERE id = :id"), {"id": batch_id})
    session.execute(
        text(
            "UPDATE steps SET state = 'cancelled', lease = NULL, lease_until = 'epoch'"
            " WHERE batch_id = :id AND state = 'pending'"
        ),
        {"id": batch_id},
    )
    return affected(
        session,
        "UPDATE items SET state = 'cancelled', lease = NULL, lease_until = 'epoch', updated_at = now()"
        " WHERE batch_id = :id AND state IN ('queued', 'fetched')",
        id=batch_id,
    )


_REQUEUE_ITEMS = """
UPDATE items SET state = CASE WHEN document_id IS NULL THEN 'queued' ELSE 'fetched' END, reason = '', attempts = 0,
    deferrals = 0, lease = NULL, lease_until = 'epoch', updated_at = now()
WHERE batch_id = :id AND state IN ('failed', 'cancelled') AND (document_id IS NOT NULL OR key LIKE 'pmid:%')
"""
_REQUEUE_STEPS = """
UPDATE steps SET state = 'pending', reason = '', attempts = 0, deferrals = 0, lease = NULL, lease_until = 'epoch'
WHERE batch_id = :id AND state IN ('failed', 'cancelled')
"""
_REOPEN = "UPDATE batches SET state = CASE WHEN :pending THEN 'pending' ELSE 'running' END, finished_at = NULL WHERE id = :id"


def resubmit(session: Session, batch_id: str) -> int:
    """Give the failed and cancelled items and steps of a batch another chance; returns how many of both.

    Finished items stay as they are, so nothing is done twice. Raises NotFoundError.
    """
    _locked_state(session, batch_id)
    items, pending = affected(session, _REQUEUE_ITEMS, id=batch_id), affected(session, _REQUEUE_STEPS, id=batch_id)
    if items or pending:
        session.execute(text(_REOPEN), {"id": batch_id, "pending": pending > 0})
    return items + pending


def _locked_state(session: Session, batch_id: str) -> BatchState:
    state = session.scalar(select(Batch.state).where(Batch.id == batch_id).with_for_update())
    if state is None:
        raise NotFoundError(f"no batch {batch_id!r}")
    return BatchState(state)


_RUNNING = """
UPDATE batches SET state = 'running' WHERE state = 'pending' AND (:id = '' OR id = :id)
  AND NOT EXISTS (SELECT FROM steps WHERE steps.batch_id = batches.id AND steps.state = 'pending')
"""
_FINISHED = """
UPDATE batches SET state = 'finished', finished_at = now() WHERE state = 'running' AND (:id = '' OR id = :id)
  AND NOT EXISTS (SELECT FROM steps WHERE steps.batch_id = batches.id AND steps.state = 'pending')
  AND NOT EXISTS (SELECT FROM items WHERE items.batch_id = batches.id AND items.state IN ('queued', 'fetched'))
"""


def settle(session: Session, batch_id: str = "") -> int:
    """Move a batch (or, without an id, every batch) on where its steps or items are finished; returns how many ended."""
    session.execute(text(_RUNNING), {"id": batch_id})
    return affected(session, _FINISHED, id=batch_id)


_WAITING = """
SELECT id, steps, queued, fetched FROM (
  SELECT b.id, b.created_at,
    EXISTS (SELECT FROM steps s WHERE s.batch_id = b.id AND s.state = 'pending'
            AND s.lease_until < now()) AS steps,
    EXISTS (SELECT FROM items i WHERE i.batch_id = b.id AND i.state = 'queued'
            AND i.lease_until < now()) AS queued,
    EXISTS (SELECT FROM items i WHERE i.batch_id = b.id AND i.state = 'fetched'
            AND i.lease_until < now()) AS fetched
  FROM batches b WHERE b.state IN ('pending', 'running') AND (:id = '' OR b.id = :id)
) AS work WHERE steps OR queued OR fetched ORDER BY created_at
"""


def waiting(session: Session, batch_id: str = "") -> list[Waiting]:
    """Which batches (or whether this one) hold work that nobody has claimed, oldest first."""
    rows = session.execute(text(_WAITING), {"id": batch_id})
    return [Waiting(BatchId(row.id), row.steps, row.queued, row.fetched) for row in rows]


def refreshing(session: Session, batch_id: str) -> bool:
    """Whether the batch pulls and extracts again what the knowledge base already holds."""
    return bool(session.scalar(select(Batch.refresh).where(Batch.id == batch_id)))

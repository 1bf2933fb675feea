"""Steps: what still has to be turned into items."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from db.mapping import storable
from db.models import Step as StepRow
from db.repository.bulk import affected
from db.repository.items import REASON_LENGTH, delay
from dti.domain.jobs import Backoff, BatchId, Lease, Step, StepKind
from dti.errors import LeaseLostError

_CLAIM = """
UPDATE steps SET lease = :lease, lease_until = now() + make_interval(secs => :seconds), attempts = attempts + 1
WHERE id = (
  SELECT id FROM steps WHERE batch_id = :batch AND state = 'pending' AND attempts < :attempts
    AND lease_until < now()
  ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, payload
"""
_END = """
UPDATE steps SET state = :state, reason = :reason, lease = NULL, lease_until = 'epoch', attempts = 0
WHERE id = :id AND lease = :lease AND state = 'pending'
"""
_RENEW = """
UPDATE steps SET lease_until = now() + make_interval(secs => :seconds) WHERE id = :id AND lease = :lease AND state = 'pending'
"""
_DEFER = """
UPDATE steps SET lease = NULL, attempts = greatest(attempts - 1, 0), deferrals = deferrals + 1, reason = :reason,
    lease_until = now() + make_interval(secs => least(:first * 2.0 ^ least(deferrals, 20), :longest)),
    state = CASE WHEN deferrals + 1 >= :limit THEN 'failed' ELSE state END
WHERE id = :id AND lease = :lease AND state = 'pending'
"""
_EXHAUSTED = """
UPDATE steps SET state = 'failed', lease = NULL, lease_until = 'epoch',
    reason = 'poison: ' || attempts || ' workers died or hung on it'
WHERE state = 'pending' AND attempts >= :attempts AND lease_until < now()
"""


def add(session: Session, batch_id: BatchId, kind: StepKind, payload: Mapping[str, str]) -> None:
    """Add a pending step."""
    session.execute(insert(StepRow).values(batch_id=batch_id, kind=kind, payload=dict(payload)))


def claim(session: Session, batch_id: BatchId, lease: Lease, *, max_attempts: int) -> Step | None:
    """The oldest step that nobody holds, or None."""
    parameters = {"batch": batch_id, "lease": lease.token, "seconds": lease.seconds, "attempts": max_attempts}
    row = session.execute(text(_CLAIM), parameters).one_or_none()
    return Step(row.id, batch_id, StepKind(row.kind), row.payload, lease.token) if row else None


def renew(session: Session, step: Step, lease: Lease) -> None:
    """Hold the step for longer, and its row until the commit; raises LeaseLostError."""
    _written(affected(session, _RENEW, id=step.id, lease=step.lease, seconds=lease.seconds), step)


def complete(session: Session, step: Step, note: str = "") -> None:
    """The step has become items; `note` says what the source had to add. Raises LeaseLostError."""
    _end(session, step, "done", note)


def fail(session: Session, step: Step, reason: str) -> None:
    """The step never will become items; raises LeaseLostError."""
    _end(session, step, "failed", reason)


def _end(session: Session, step: Step, state: str, reason: str) -> None:
    kept = storable(reason)[:REASON_LENGTH]
    _written(affected(session, _END, id=step.id, lease=step.lease, state=state, reason=kept), step)


def split(session: Session, step: Step, parts: tuple[Mapping[str, str], ...]) -> None:
    """Replace the step by `parts`, in one transaction with the caller's; raises LeaseLostError."""
    complete(session, step)
    for payload in parts:
        add(session, step.batch_id, step.kind, payload)


def defer(session: Session, step: Step, reason: str, backoff: Backoff) -> None:
    """Put the step back for a while, at no cost in attempts; after `backoff.limit` times it fails with the reason."""
    affected(session, _DEFER, id=step.id, lease=step.lease, **delay(backoff, reason))


def fail_exhausted(session: Session, max_attempts: int) -> int:
    """Fail the steps that killed or outlived every worker that claimed them; returns how many."""
    return affected(session, _EXHAUSTED, attempts=max_attempts)


def _written(rows: int, step: Step) -> None:
    if rows != 1:
        raise LeaseLostError(f"step {step.id} is no longer held by this worker")

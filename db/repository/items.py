"""Items: one document in one batch, claimed under a lease and finished under the same lease."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.mapping import storable
from db.repository.bulk import affected, stage
from dti.domain.jobs import Backoff, BatchId, ClaimedItem, ItemResult, ItemState, Lease
from dti.errors import LeaseLostError

REASON_LENGTH = 1000
_SUSPECT = 2  # claims that ended with a dead worker

# What was never claimed has a lease that ended in 1970, so the index gives the next items without a look at the others.
_CLAIM = """
WITH picked AS (
  SELECT id FROM items WHERE batch_id = :batch AND state = :state AND attempts >= :low AND attempts < :high
    AND lease_until < now()
  ORDER BY lease_until, id LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE items SET lease = :lease, lease_until = now() + make_interval(secs => :seconds), attempts = attempts + 1
FROM picked WHERE items.id = picked.id
RETURNING items.id, items.key, items.document_id, items.attempts
"""
_ADD = """
INSERT INTO items (batch_id, key, state, reason, document_id)
SELECT :batch, key, state, reason, document_id
FROM (SELECT DISTINCT ON (key) * FROM stage_items ORDER BY key, place DESC) AS latest ORDER BY place
ON CONFLICT (batch_id, key) DO NOTHING
"""
_HELD = """
SELECT id, state, lease = :lease AND state IN ('queued', 'fetched') AS ours FROM items
WHERE id = ANY(:ids) ORDER BY id FOR UPDATE
"""
_FINISH = """
UPDATE items SET state = r.state, reason = r.reason, document_id = coalesce(r.document_id, items.document_id),
    lease = NULL, lease_until = 'epoch', attempts = 0, deferrals = 0, updated_at = now()
FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:reasons AS text[]), CAST(:documents AS bigint[]))
    AS r (id, state, reason, document_id)
WHERE items.id = r.id AND items.lease = :lease AND items.state IN ('queued', 'fetched')
"""
_RENEW = """
UPDATE items SET lease_until = now() + make_interval(secs => :seconds) WHERE id = ANY(:ids) AND lease = :lease
"""
_DEFER = """
UPDATE items SET lease = NULL, attempts = greatest(attempts - 1, 0), deferrals = deferrals + 1, reason = :reason,
    updated_at = now(), lease_until = now() + make_interval(secs => least(:first * 2.0 ^ least(deferrals, 20), :longest)),
    state = CASE WHEN deferrals + 1 >= :limit THEN 'failed' ELSE state END
WHERE id = ANY(:ids) AND lease = :lease AND state IN ('queued', 'fetched')
"""
_EXHAUSTED = """
UPDATE items SET state = 'failed', lease = NULL, lease_until = 'epoch', updated_at = now(),
    reason = 'poison: ' || attempts || ' workers died or hung on it'
WHERE state IN ('queued', 'fetched') AND attempts >= :attempts AND lease_until < now()
"""


def add(session: Session, batch_id: BatchId, rows: Sequence[tuple[str, ItemState, str, int | None]]) -> int:
    """Add (key, state, reason, document id) as items; a key that the batch has already stays as it is.

    Of a key that `rows` holds twice the last one counts. Returns how many are new.
    """
    staged = [
        (place, key, state.value, storable(reason)[:REASON_LENGTH], doc) for place, (key, state, reason, doc) in enumerate(rows)
    ]
    stage(session, "stage_items", "place integer, key text, state text, reason text, document_id bigint", staged)
    return affected(session, _ADD, batch=batch_id)


def claim(
    session: Session, batch_id: BatchId, state: ItemState, lease: Lease, *, limit: int, max_attempts: int
) -> list[ClaimedItem]:
    """At most `limit` items that nobody holds, in order of id; what was never claimed comes first.

    Items that two workers have died on are claimed alone and last, so that one poisonous document takes no other with it.
    """
    parameters = {"batch": batch_id, "state": state, "lease": lease.token, "seconds": lease.seconds}
    fresh = {"low": 0, "high": min(_SUSPECT, max_attempts), "limit": limit}
    suspect = {"low": _SUSPECT, "high": max_attempts, "limit": 1}
    for choice in (fresh, suspect):
        rows = session.execute(text(_CLAIM), parameters | choice).all()
        if rows:
            claimed = (ClaimedItem(row.id, batch_id, row.key, row.document_id, row.attempts) for row in rows)
            return sorted(claimed, key=lambda item: item.id)
    return []


def hold(session: Session, lease: Lease, item_ids: Iterable[int]) -> set[int]:
    """Lock the items until the commit and return those still to be written; cancelled ones are left out.

    Raises LeaseLostError where another worker has taken over any of them.
    """
    ids = sorted(item_ids)
    rows = session.execute(text(_HELD), {"lease": lease.token, "ids": ids}).all()
    if lost := [row.id for row in rows if not row.ours and row.state != ItemState.CANCELLED]:
        raise LeaseLostError(f"{len(lost)} of {len(ids)} items are no longer held by this worker")
    return {row.id for row in rows if row.ours}


def finish(session: Session, lease: Lease, results: Sequence[ItemResult]) -> None:
    """Move held items on; raises LeaseLostError unless every one of them is held under `lease`."""
    written = affected(
        session,
        _FINISH,
        lease=lease.token,
        ids=[result.item_id for result in results],
        states=[result.state.value for result in results],
        reasons=[storable(result.reason)[:REASON_LENGTH] for result in results],
        documents=[result.document_id for result in results],
    )
    if written != len(results):
        raise LeaseLostError(f"{len(results) - written} of {len(results)} items are no longer held by this worker")


def renew(session: Session, lease: Lease, item_ids: Sequence[int]) -> int:
    """Hold the items for longer; returns how many still are held."""
    return affected(session, _RENEW, ids=list(item_ids), lease=lease.token, seconds=lease.seconds)


def defer(session: Session, lease: Lease, item_ids: Sequence[int], reason: str, backoff: Backoff) -> None:
    """Put held items back for a while, at no cost in attempts; after `backoff.limit` times they fail with the reason."""
    affected(session, _DEFER, ids=list(item_ids), lease=lease.token, **delay(backoff, reason))


def delay(backoff: Backoff, reason: str) -> dict[str, object]:
    """Parameters of a statement that puts work back."""
    kept = storable(reason)[:REASON_LENGTH]
    return {"first": backoff.first, "longest": backoff.longest, "limit": backoff.limit, "reason": kept}


def fail_exhausted(session: Session, max_attempts: int) -> int:
    """Fail the items that killed or outlived every worker that claimed them; returns how many."""
    return affected(session, _EXHAUSTED, attempts=max_attempts)

"""Beliefs: recomputed for the triplets whose evidence has changed, and for no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from db import votes
from db.repository import curated
from db.repository.bulk import stage
from dti.belief import Belief, Vote, assess

_LOCK = 7_303_216_892
_TAKE = """
DELETE FROM stale_beliefs WHERE triplet_id IN (
  SELECT triplet_id FROM stale_beliefs ORDER BY triplet_id LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING triplet_id
"""
_DEFINITION = (
    "id bigint, belief double precision, support double precision, denial double precision, paper_count integer, "
    "grounded boolean"
)
_TELL = """
INSERT INTO changes (kind, triplet_id, belief_before, belief_after)
SELECT 'belief_changed', t.id, t.belief, n.belief FROM stage_beliefs n JOIN triplets t ON t.id = n.id
WHERE t.believed_at IS NOT NULL AND abs(t.belief - n.belief) > 1e-9 ORDER BY t.id
"""
_WRITE = """
UPDATE triplets t SET belief = n.belief, support = n.support, denial = n.denial, paper_count = n.paper_count,
    grounded = n.grounded, believed_at = now()
FROM stage_beliefs n WHERE t.id = n.id AND (t.believed_at IS NULL
  OR (t.belief, t.support, t.denial, t.paper_count, t.grounded) <> (n.belief, n.support, n.denial, n.paper_count, n.grounded))
"""
# Both directions of one drug-target pair, each said by a paper that is not the other's only one.
_OPPOSE = """
UPDATE triplets t SET opposed = new.opposed FROM (
  SELECT t.id, t.support > 0 AND EXISTS (
    SELECT FROM triplets o WHERE o.drug_key = t.drug_key AND o.target_key = t.target_key AND o.support > 0
      AND o.direction = CASE t.direction WHEN 'activating' THEN 'inhibitory' ELSE 'activating' END
      AND EXISTS (SELECT FROM evidence a, evidence b WHERE a.triplet_id = t.id AND b.triplet_id = o.id
                  AND a.document_id <> b.document_id AND a.withdrawn_at IS NULL AND b.withdrawn_at IS NULL)) AS opposed
  FROM triplets t WHERE (t.drug_key, t.target_key) IN (
    SELECT c.drug_key, c.target_key FROM triplets c JOIN stage_beliefs n ON n.id = c.id)
    AND t.direction IN ('activating', 'inhibitory')
) AS new WHERE t.id = new.id AND t.opposed <> new.opposed
"""


def recompute(session: Session, limit: int = 2000) -> int:
    """Bring at most `limit` stale beliefs up to date; returns how many were.

    Waits where another worker is at it, so that what was stale before the call is up to date after the last commit. A move
    of a belief that was known before goes into the audit trail.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    ids = sorted(session.scalars(text(_TAKE), {"limit": limit}))
    if ids:
        standing = votes.load(session, ids)
        _write(session, {triplet_id: _assessed(standing.get(triplet_id, ())) for triplet_id in ids})
        curated.compare(session, ids)
    return len(ids)


def _assessed(evidence: Sequence[Vote]) -> tuple[Belief, bool]:
    return assess(evidence), any(vote.grounded for vote in evidence)


def _write(session: Session, beliefs: Mapping[int, tuple[Belief, bool]]) -> None:
    rows = [
        (triplet_id, belief.score, belief.support, belief.denial, belief.papers, grounded)
        for triplet_id, (belief, grounded) in beliefs.items()
    ]
    stage(session, "stage_beliefs", _DEFINITION, rows)
    for statement in (_TELL, _WRITE, _OPPOSE):
        session.execute(text(statement))

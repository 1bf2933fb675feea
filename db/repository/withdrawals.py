"""Evidence that no longer stands: a tombstone with the reason, a line in the audit trail, and a belief to recompute."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

_WITHDRAW = """
WITH gone AS (
  UPDATE evidence e SET withdrawn_at = now(),
      withdrawn_reason = CASE WHEN d.status IN ('deleted', 'retracted') THEN d.status ELSE 'revised' END
  FROM documents d, extractions x
  WHERE e.document_id = ANY(:ids) AND e.withdrawn_at IS NULL AND d.id = e.document_id
    AND x.document_id = e.document_id AND x.run_id = e.run_id AND x.content_sha256 <> d.content_sha256
  RETURNING e.id, e.triplet_id, e.document_id, e.withdrawn_reason)
INSERT INTO changes (kind, reason, triplet_id, evidence_id, document_id)
SELECT 'evidence_withdrawn', withdrawn_reason, triplet_id, id, document_id FROM gone ORDER BY id
"""
_SUPERSEDE = """
WITH gone AS (
  UPDATE evidence SET withdrawn_at = now(), withdrawn_reason = 'superseded'
  WHERE document_id = ANY(:ids) AND run_id <> :run AND withdrawn_at IS NULL
  RETURNING id, triplet_id, document_id)
INSERT INTO changes (kind, reason, triplet_id, evidence_id, document_id)
SELECT 'evidence_withdrawn', 'superseded', triplet_id, id, document_id FROM gone ORDER BY id
"""
# Its evidence stands no more, so that the model has to read the document again if it is ever active again.
_FORGET_OTHERS = """
UPDATE extractions SET content_sha256 = '' WHERE document_id = ANY(:ids) AND run_id <> :run AND content_sha256 <> ''
"""
# The old text may come back, when a retraction is withdrawn: it has to be read again then.
_FORGET = """
UPDATE extractions x SET content_sha256 = '' FROM documents d
WHERE x.document_id = ANY(:ids) AND d.id = x.document_id AND x.content_sha256 NOT IN ('', d.content_sha256)
"""
_STALE = """
INSERT INTO stale_beliefs (triplet_id) SELECT DISTINCT triplet_id FROM evidence
WHERE document_id = ANY(:ids) ORDER BY triplet_id
ON CONFLICT (triplet_id) DO UPDATE SET triplet_id = excluded.triplet_id
"""


def withdraw_outdated(session: Session, document_ids: Sequence[int]) -> None:
    """Withdraw the evidence of these documents that was found in another text or status than they have now."""
    for statement in (_WITHDRAW, _FORGET, _STALE):
        session.execute(text(statement), {"ids": list(document_ids)})


def supersede(session: Session, run_id: str, document_ids: Sequence[int]) -> None:
    """Withdraw what other runs found in these documents, since `run_id` has read them now."""
    for statement in (_SUPERSEDE, _FORGET_OTHERS, _STALE):
        session.execute(text(statement), {"ids": list(document_ids), "run": run_id})

"""Extractions: the run, its triplets and their evidence, written so that doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.mapping import ClaimRow, claim_rows, name_rows, storable
from db.models import Run as RunRow
from db.repository import entities, withdrawals
from db.repository.bulk import stage
from dti.domain.evidence import Extraction, Outcome
from dti.domain.identity import Run

_TYPES = {
    "document_id": "bigint", "confidence": "double precision", "species": "text[]", "assays": "text[]",
    "quantities": "jsonb", "supporting": "jsonb",
    **{f"{part}_{end}": "integer" for part in ("sentence", "drug", "target", "trigger") for end in ("start", "end")},
}  # fmt: skip
_DEFINITION = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in ClaimRow._fields)
_OF_TRIPLET = ClaimRow._fields[ClaimRow._fields.index("key") : ClaimRow._fields.index("confidence")]
_TRIPLET = ", ".join(_OF_TRIPLET)
_EVIDENCE = ", ".join(name for name in ClaimRow._fields if name not in _OF_TRIPLET)

_ADD_TRIPLETS = f"""
INSERT INTO triplets ({_TRIPLET}) SELECT DISTINCT ON (key) {_TRIPLET} FROM stage_claims ORDER BY key
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608 - constant column names
# A label that the vocabulary has learned since its triplet was first stored.
_ADD_TYPES = """
UPDATE triplets t SET interaction_type = s.interaction_type, direction = s.direction
FROM (SELECT DISTINCT ON (key) key, interaction_type, direction FROM stage_claims
      WHERE interaction_type <> 'unknown' ORDER BY key) AS s
WHERE t.key = s.key AND t.interaction_type = 'unknown'
"""
_ADD_EVIDENCE = f"""
WITH added AS (
  INSERT INTO evidence (triplet_id, {_EVIDENCE})
  SELECT DISTINCT ON (t.id, document_id) t.id, {_EVIDENCE} FROM stage_claims s JOIN triplets t ON t.key = s.key
  ORDER BY t.id, document_id, confidence DESC
  ON CONFLICT (triplet_id, document_id, run_id) WHERE withdrawn_at IS NULL DO NOTHING
  RETURNING triplet_id)
INSERT INTO stale_beliefs (triplet_id) SELECT DISTINCT triplet_id FROM added ORDER BY triplet_id
ON CONFLICT (triplet_id) DO UPDATE SET triplet_id = excluded.triplet_id
"""  # noqa: S608 - constant column names
_RECORD = """
INSERT INTO extractions (document_id, run_id, content_sha256, outcome, reason, truncated)
SELECT n.id, :run, n.content, n.outcome, n.reason, n.truncated
FROM unnest(CAST(:ids AS bigint[]), CAST(:contents AS text[]), CAST(:outcomes AS text[]), CAST(:reasons AS text[]),
            CAST(:truncated AS boolean[])) AS n (id, content, outcome, reason, truncated) ORDER BY n.id
ON CONFLICT (document_id, run_id) DO UPDATE SET content_sha256 = excluded.content_sha256, outcome = excluded.outcome,
    reason = excluded.reason, truncated = excluded.truncated, extracted_at = now()
"""
_LOCK = "SELECT id, content_sha256 FROM documents WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"
# Read by the active model already, while this run's is another one: its worker began before a promotion.
_OVERTAKEN = """
SELECT DISTINCT x.document_id FROM extractions x JOIN documents d ON d.id = x.document_id
JOIN runs r ON r.id = x.run_id JOIN models m ON m.sha256 = r.checkpoint_sha256 AND m.state = 'active'
WHERE x.document_id = ANY(:ids) AND x.content_sha256 = d.content_sha256 AND x.outcome <> 'failed'
  AND m.sha256 <> :checkpoint
"""
_OUTCOMES = """
SELECT x.document_id, x.outcome, x.reason FROM extractions x JOIN documents d ON d.id = x.document_id
WHERE x.run_id = :run AND x.document_id = ANY(:ids) AND x.content_sha256 = d.content_sha256 AND x.outcome <> 'failed'
"""


@dataclass(frozen=True, slots=True)
class Result:
    """An extraction and the version of the document that it read."""

    document_id: int
    content_sha256: str
    extraction: Extraction


def record(session: Session, run: Run, results: Iterable[Result]) -> None:
    """Store what `run` found in the kept version of each document; what it found in an earlier version is dropped.

    What other runs found in it is withdrawn: of one document one reading stands. A reading that failed takes no other's
    place, and neither does one by a model that is not the active one where the active one has read the document. Rows are
    written in order of key and id, so two writers cannot deadlock.
    """
    unique = {result.document_id: result for result in results}
    # Locked before anything is written: two workers that hold the same document in two batches take turns.
    kept = session.execute(text(_LOCK), {"ids": list(unique)}).all()
    overtaken = set(session.scalars(text(_OVERTAKEN), {"ids": list(unique), "checkpoint": run.checkpoint_sha256}))
    ordered = [
        unique[row.id] for row in kept if unique[row.id].content_sha256 == row.content_sha256 and row.id not in overtaken
    ]
    if not ordered:
        return
    _add_run(session, run)
    columns = {"run": run.id, "ids": [r.document_id for r in ordered], "contents": [r.content_sha256 for r in ordered]}
    entities.add_names(session, [row for result in ordered for row in name_rows(result.extraction)])
    _add_claims(session, [row for result in ordered for row in claim_rows(result.document_id, result.extraction)])
    outcomes = {
        "outcomes": [r.extraction.outcome.value for r in ordered],
        "reasons": [storable(r.extraction.reason)[:1000] for r in ordered],
        "truncated": [r.extraction.truncated for r in ordered],
    }
    session.execute(text(_RECORD), columns | outcomes)
    read = [result.document_id for result in ordered if result.extraction.outcome is not Outcome.FAILED]
    withdrawals.supersede(session, run.id, read)


def _add_run(session: Session, run: Run) -> None:
    values = {
        "id": run.id,
        "model": run.model,
        "checkpoint_sha256": run.checkpoint_sha256,
        "code_version": run.code_version,
        "decoding": run.decoding,
        "lexicon_sha256": run.lexicon_sha256,
    }
    session.execute(insert(RunRow).values(values).on_conflict_do_nothing(index_elements=["id"]))


def _add_claims(session: Session, rows: Sequence[ClaimRow]) -> None:
    if rows:
        stage(session, "stage_claims", _DEFINITION, rows)
        for statement in (_ADD_TRIPLETS, _ADD_EVIDENCE, _ADD_TYPES):
            session.execute(text(statement))


def outcomes(session: Session, run: Run, document_ids: Sequence[int]) -> dict[int, tuple[Outcome, str]]:
    """How `run` ended on the kept version of each document, where it has read that version; failures are not remembered."""
    rows = session.execute(text(_OUTCOMES), {"run": run.id, "ids": list(document_ids)})
    return {row.document_id: (Outcome(row.outcome), row.reason) for row in rows}

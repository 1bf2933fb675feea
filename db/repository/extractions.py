"""Extractions: the run, its triplets and their evidence, written so that doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.mapping import ClaimRow, claim_rows, storable
from db.models import Run as RunRow
from db.repository.bulk import stage
from dti.domain.evidence import Extraction, Outcome
from dti.domain.identity import Run

_TYPES = {
    "document_id": "bigint", "confidence": "double precision", "sentence_start": "integer", "sentence_end": "integer",
    "drug_start": "integer", "drug_end": "integer", "target_start": "integer", "target_end": "integer",
}  # fmt: skip
_DEFINITION = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in ClaimRow._fields)
_TRIPLET = "key, drug, interaction, target, drug_name, interaction_name, target_name, drug_curie, target_curie"
_EVIDENCE = (
    "document_id, run_id, confidence, polarity, sentence, sentence_start, sentence_end, "
    "drug_start, drug_end, target_start, target_end"
)

_ADD_TRIPLETS = f"""
INSERT INTO triplets ({_TRIPLET}) SELECT DISTINCT ON (key) {_TRIPLET} FROM stage_claims ORDER BY key
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608 - constant column names
_ADD_EVIDENCE = f"""
INSERT INTO evidence (triplet_id, {_EVIDENCE})
SELECT DISTINCT ON (t.id, document_id) t.id, {_EVIDENCE} FROM stage_claims s JOIN triplets t ON t.key = s.key
ORDER BY t.id, document_id, confidence DESC
ON CONFLICT (triplet_id, document_id, run_id) DO NOTHING
"""  # noqa: S608 - constant column names
_DROP_OUTDATED = """
DELETE FROM evidence USING extractions x, unnest(CAST(:ids AS bigint[]), CAST(:contents AS text[])) AS n (id, content)
WHERE x.document_id = n.id AND x.run_id = :run AND x.content_sha256 <> n.content
  AND evidence.document_id = x.document_id AND evidence.run_id = x.run_id
"""
_RECORD = """
INSERT INTO extractions (document_id, run_id, content_sha256, outcome, reason, truncated)
SELECT n.id, :run, n.content, n.outcome, n.reason, n.truncated
FROM unnest(CAST(:ids AS bigint[]), CAST(:contents AS text[]), CAST(:outcomes AS text[]), CAST(:reasons AS text[]),
            CAST(:truncated AS boolean[])) AS n (id, content, outcome, reason, truncated) ORDER BY n.id
ON CONFLICT (document_id, run_id) DO UPDATE SET content_sha256 = excluded.content_sha256, outcome = excluded.outcome,
    reason = excluded.reason, truncated = excluded.truncated, extracted_at = now()
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
    """Store what `run` found. Evidence that it found in an earlier version of a document goes.

    Rows are written in order of key and id, so two writers cannot deadlock.
    """
    unique = {result.document_id: result for result in results}
    if not unique:
        return
    ordered = [unique[key] for key in sorted(unique)]
    # Locked before anything is written: two workers that hold the same document in two batches take turns.
    session.execute(text("SELECT FROM documents WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"), {"ids": list(unique)})
    _add_run(session, run)
    columns = {"run": run.id, "ids": [r.document_id for r in ordered], "contents": [r.content_sha256 for r in ordered]}
    session.execute(text(_DROP_OUTDATED), columns)
    _add_claims(session, [row for result in ordered for row in claim_rows(result.document_id, result.extraction)])
    outcomes = {
        "outcomes": [r.extraction.outcome.value for r in ordered],
        "reasons": [storable(r.extraction.reason)[:1000] for r in ordered],
        "truncated": [r.extraction.truncated for r in ordered],
    }
    session.execute(text(_RECORD), columns | outcomes)


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
        session.execute(text(_ADD_TRIPLETS))
        session.execute(text(_ADD_EVIDENCE))


def outcomes(session: Session, run: Run, document_ids: Sequence[int]) -> dict[int, tuple[Outcome, str]]:
    """How `run` ended on the kept version of each document, where it has read that version; failures are not remembered."""
    rows = session.execute(text(_OUTCOMES), {"run": run.id, "ids": list(document_ids)})
    return {row.document_id: (Outcome(row.outcome), row.reason) for row in rows}

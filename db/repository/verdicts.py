"""What curators say of triplets, kept for ever and handed on to training."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from db.mapping import storable
from db.models import Verdict as VerdictRow
from dti.domain.identity import triplet_key
from dti.domain.self_training import Judgement, Verdict
from dti.domain.triplets import Triplet
from dti.errors import JobError

# Of a curator's verdicts of one triplet in one document the latest counts.
_EXPORT = """
SELECT d.key, d.title, d.abstract, d.pmid, v.drug, v.interaction, v.target, v.verdict,
    v.edited_drug, v.edited_interaction, v.edited_target
FROM (SELECT DISTINCT ON (document_id, triplet_key, curator) * FROM verdicts
      ORDER BY document_id, triplet_key, curator, id DESC) AS v
JOIN documents d ON d.id = v.document_id WHERE d.status = 'ok' ORDER BY v.id
"""


def add(session: Session, verdict: Verdict) -> int:
    """Keep a verdict; returns its id. Raises JobError where an edit does not say what it should be, or another one does."""
    if (verdict.judgement is Judgement.EDITED) != (verdict.edited is not None):
        raise JobError("an edited verdict, and no other one, says what the triplet should be")
    shown, edited = _clean(verdict.triplet), _clean(verdict.edited) if verdict.edited else None
    values = {
        "curator": storable(verdict.curator)[:200],
        "document_id": verdict.document_id,
        "evidence_id": verdict.evidence_id,
        "triplet_key": triplet_key(shown),
        "drug": shown.drug,
        "interaction": shown.interaction,
        "target": shown.target,
        "verdict": verdict.judgement,
        "edited_drug": edited.drug if edited else None,
        "edited_interaction": edited.interaction if edited else None,
        "edited_target": edited.target if edited else None,
        "comment": storable(verdict.comment)[:2000],
    }
    return session.scalars(insert(VerdictRow).values(values).returning(VerdictRow.id)).one()


def _clean(triplet: Triplet) -> Triplet:
    return Triplet(*(storable(part) for part in (triplet.drug, triplet.interaction, triplet.target)))


def export(session: Session) -> Iterator[dict[str, object]]:
    """Lines of an order's verdicts file: what should be learnt, and for an edit what it was before."""
    for row in session.execute(text(_EXPORT)):
        shown = {"drug": row.drug, "interaction": row.interaction, "target": row.target}
        edited = {"drug": row.edited_drug, "interaction": row.edited_interaction, "target": row.edited_target}
        changed = row.verdict == Judgement.EDITED
        document = {"id": row.key, "title": row.title, "abstract": row.abstract, "pmid": row.pmid or ""}
        yield {
            "document": document,
            **(edited if changed else shown),
            "verdict": row.verdict,
            "original": shown if changed else None,
        }

"""From evidence rows to views."""

from __future__ import annotations

from db.models import Document, Evidence, Run
from db.queries.views import DocumentRef, EvidenceView
from dti.domain.evidence import Polarity, Span
from dti.domain.identity import Run as RunIdentity


def evidence_view(row: Evidence, document: Document, run: Run) -> EvidenceView:
    """One evidence row with the document it stands in and the run that found it."""
    return EvidenceView(
        id=row.id,
        confidence=row.confidence,
        polarity=Polarity(row.polarity),
        sentence=row.sentence,
        sentence_span=_span(row.sentence_start, row.sentence_end),
        drug_span=_span(row.drug_start, row.drug_end),
        target_span=_span(row.target_start, row.target_end),
        document=DocumentRef(document.key, document.pmid, document.title, document.status),
        run=run_identity(run),
    )


def run_identity(run: Run) -> RunIdentity:
    """The run as the domain knows it."""
    return RunIdentity(run.model, run.checkpoint_sha256, run.code_version, run.decoding, run.lexicon_sha256)


def _span(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)

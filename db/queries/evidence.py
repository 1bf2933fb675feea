"""From evidence rows to views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.models import Document, Evidence, Run
from db.queries.views import DocumentRef, EvidenceView, SupportingView
from dti.domain.evidence import Assay, Certainty, Polarity, Quantity, QuantityKind, Relation, SectionKind, Span
from dti.domain.identity import Run as RunIdentity


def evidence_view(row: Evidence, document: Document, run: Run) -> EvidenceView:
    """One evidence row with the document it stands in and the run that found it."""
    return EvidenceView(
        id=row.id,
        confidence=row.confidence,
        polarity=Polarity(row.polarity),
        certainty=Certainty(row.certainty),
        section=SectionKind(row.section),
        sentence=row.sentence,
        sentence_span=_span(row.sentence_start, row.sentence_end),
        drug_span=_span(row.drug_start, row.drug_end),
        target_span=_span(row.target_start, row.target_end),
        trigger_span=_span(row.trigger_start, row.trigger_end),
        species=tuple(row.species),
        assays=tuple(map(Assay, row.assays)),
        quantities=tuple(map(_quantity, row.quantities)),
        supporting=tuple(map(_supporting, row.supporting)),
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
        document=DocumentRef(document.key, document.pmid, document.title, document.status),
        run=run_identity(run),
    )


def _quantity(stored: Mapping[str, Any]) -> Quantity:
    kind, relation, span = QuantityKind(stored["kind"]), Relation(stored["relation"]), Span(**stored["span"])
    return Quantity(**{**stored, "kind": kind, "relation": relation, "span": span})


def _supporting(stored: Mapping[str, Any]) -> SupportingView:
    return SupportingView(
        sentence=stored["sentence"],
        sentence_span=_stored_span(stored["sentence_span"]),
        drug_span=_stored_span(stored["drug_span"]),
        target_span=_stored_span(stored["target_span"]),
        trigger_span=_stored_span(stored["trigger_span"]),
        polarity=Polarity(stored["polarity"]),
        certainty=Certainty(stored["certainty"]),
        section=SectionKind(stored["section"]),
    )


def _stored_span(stored: Mapping[str, int] | None) -> Span | None:
    return None if stored is None else Span(**stored)


def run_identity(run: Run) -> RunIdentity:
    """The run as the domain knows it."""
    return RunIdentity(run.model, run.checkpoint_sha256, run.code_version, run.decoding, run.lexicon_sha256)


def _span(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)

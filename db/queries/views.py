"""What the read side returns: frozen values, one per kind of answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dti.domain.evidence import Polarity, Span
from dti.domain.identity import Run
from dti.domain.jobs import ItemState


@dataclass(frozen=True, slots=True)
class ItemView:
    """One document of a batch; `document_key` once the document is stored."""

    id: int
    key: str
    state: ItemState
    reason: str
    attempts: int
    updated_at: datetime
    document_key: str | None


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document as evidence names it."""

    key: str
    pmid: str | None
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One document's support for one triplet; spans are [start, end) of title + " " + abstract."""

    id: int
    confidence: float
    polarity: Polarity
    sentence: str
    sentence_span: Span | None
    drug_span: Span | None
    target_span: Span | None
    document: DocumentRef
    run: Run


@dataclass(frozen=True, slots=True)
class TripletView:
    """A triplet with the evidence that passed the filter: how much of it, and the best."""

    id: int
    drug: str
    interaction: str
    target: str
    drug_curie: str | None
    target_curie: str | None
    evidence_count: int
    document_count: int
    confidence: float
    best_evidence: EvidenceView


@dataclass(frozen=True, slots=True)
class ReadingView:
    """That one run has read the document, and how that ended."""

    run: Run
    outcome: str
    reason: str
    truncated: bool
    extracted_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A stored document, who read it, and what was found in it, surest first."""

    key: str
    pmid: str | None
    doi: str | None
    pmcid: str | None
    title: str
    abstract: str
    journal: str
    published: str
    status: str
    stored_at: datetime
    readings: tuple[ReadingView, ...]
    triplets: tuple[TripletView, ...]


@dataclass(frozen=True, slots=True)
class StoreCounts:
    """How much the knowledge base holds."""

    items: dict[ItemState, int]
    documents: int
    triplets: int
    evidence: int

"""What the read side returns: frozen values, one per kind of answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dti.domain.entities import EntityKind
from dti.domain.evidence import Assay, Certainty, Polarity, Quantity, SectionKind, Span
from dti.domain.identity import Run
from dti.domain.interactions import Direction, InteractionType
from dti.domain.jobs import ItemState
from dti.domain.models import ModelState, PromotionKind
from dti.domain.self_training import SelfTrainingState, Trigger


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


class Agreement(StrEnum):
    """What curated sources say of a triplet.

    KNOWN: the pair with this interaction; OTHER_ACTION: the pair, with another action or none; CONTRADICTS: the pair, only
    with actions of the opposite direction; NEW: not this pair.
    """

    KNOWN = "known"
    OTHER_ACTION = "other_action"
    CONTRADICTS = "contradicts"
    NEW = "new"


class ChangeKind(StrEnum):
    """What the audit trail tells of."""

    EVIDENCE_WITHDRAWN = "evidence_withdrawn"
    BELIEF_CHANGED = "belief_changed"


@dataclass(frozen=True, slots=True)
class SupportingView:
    """Another sentence of the same document that names both ends."""

    sentence: str
    sentence_span: Span | None
    drug_span: Span | None
    target_span: Span | None
    trigger_span: Span | None
    polarity: Polarity
    certainty: Certainty
    section: SectionKind


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One document's support for one triplet; spans are [start, end) of title + " " + abstract.

    `withdrawn_reason` is "" for evidence that stands, else "revised", "deleted", "retracted" or "superseded".
    """

    id: int
    confidence: float
    polarity: Polarity
    certainty: Certainty
    section: SectionKind
    sentence: str
    sentence_span: Span | None
    drug_span: Span | None
    target_span: Span | None
    trigger_span: Span | None
    species: tuple[str, ...]
    assays: tuple[Assay, ...]
    quantities: tuple[Quantity, ...]
    supporting: tuple[SupportingView, ...]
    withdrawn_at: datetime | None
    withdrawn_reason: str
    document: DocumentRef
    run: Run


@dataclass(frozen=True, slots=True)
class TripletView:
    """A triplet with its belief and the evidence that passed the filter: how much of it, and the best.

    Belief, support, denial and papers are of all evidence that stands, whatever the filter. `curated` is None where no
    curated table is loaded.
    """

    id: int
    drug: str
    interaction: str
    target: str
    drug_curie: str | None
    target_curie: str | None
    interaction_type: InteractionType
    direction: Direction
    belief: float
    support: float
    denial: float
    paper_count: int
    grounded: bool
    opposed: bool
    curated: Agreement | None
    evidence_count: int
    document_count: int
    confidence: float
    best_evidence: EvidenceView


@dataclass(frozen=True, slots=True)
class CuratedView:
    """What a curated source says of a pair; `action` is verbatim, "" where it gives none."""

    source: str
    drug: str
    target: str
    action: str
    direction: Direction
    reference: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A line of the audit trail: evidence withdrawn from a document, or a belief that moved."""

    id: int
    at: datetime
    kind: ChangeKind
    reason: str
    triplet_id: int
    drug: str
    interaction: str
    target: str
    evidence_id: int | None
    document: str | None
    belief_before: float | None
    belief_after: float | None


@dataclass(frozen=True, slots=True)
class NameView:
    """A name that somebody may look for; `curie` where it is linked."""

    name: str
    kind: EntityKind
    curie: str | None


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


@dataclass(frozen=True, slots=True)
class ModelView:
    """A model of the registry; `run_id` is the self-training run it came from, `size` that of its files in bytes."""

    sha256: str
    name: str
    parent: str | None
    state: ModelState
    card: dict[str, Any]
    metrics: dict[str, Any]
    reason: str
    run_id: str | None
    size: int
    created_at: datetime
    promoted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ModelFileView:
    """One file of a model."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class PromotionView:
    """That one model took another's place."""

    id: int
    at: datetime
    kind: PromotionKind
    from_model: str | None
    to_model: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class SelfTrainingView:
    """A self-training run and how far it is; `batch_id` is the batch that brings in its documents."""

    id: str
    state: SelfTrainingState
    reason: str
    trigger: Trigger
    pool: dict[str, str]
    batch_id: str | None
    order: dict[str, Any]
    parent: str | None
    promote: bool
    hashes: dict[str, Any]
    gate: dict[str, Any]
    model: str | None
    stage: str
    round: int
    done: int
    total: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoundView:
    """A finished round and its report; whether there are pictures of it."""

    number: int
    report: dict[str, Any]
    curve: bool
    histogram: bool
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label that a round considered."""

    id: int
    round: int
    document: str
    drug: str
    interaction: str
    target: str
    confidence: float | None
    score: float | None
    weight: float | None
    accepted: bool
    reason: str

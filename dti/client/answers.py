"""What the service answers, as its JSON comes."""

from __future__ import annotations

from typing import Any, TypedDict


class Asked(TypedDict):
    """What a batch was asked to read; PMIDs as their number."""

    pmids: int
    query: str
    uploads: list[str]
    refresh: bool


class Name(TypedDict):
    """A name that somebody may look for."""

    name: str
    kind: str
    curie: str | None


class Batch(TypedDict):
    """A batch and how far it is; `progress` is None until the total is known."""

    id: str
    state: str
    created_at: str
    finished_at: str | None
    request: Asked
    total: int
    done: int
    progress: float | None
    counts: dict[str, int]
    pending_steps: int
    failures: list[str]


class Item(TypedDict):
    """One document of a batch."""

    key: str
    state: str
    reason: str
    attempts: int
    updated_at: str
    document: str | None


class Upload(TypedDict):
    """A stored file."""

    id: str
    filename: str
    size: int
    sha256: str


class Run(TypedDict):
    """The model behind a result."""

    id: str
    model: str
    checkpoint_sha256: str
    code_version: str
    decoding: str
    lexicon_sha256: str


class DocumentRef(TypedDict):
    """The document that evidence stands in."""

    key: str
    pmid: str | None
    title: str
    status: str


class Quantity(TypedDict):
    """A measured potency or affinity as a concentration in nM."""

    kind: str
    relation: str
    nanomolar: float
    upper_nanomolar: float | None
    error_nanomolar: float | None
    text: str
    span: list[int]


class Supporting(TypedDict):
    """Another sentence of the same document that names both ends."""

    sentence: str
    sentence_span: list[int] | None
    drug_span: list[int] | None
    target_span: list[int] | None
    trigger_span: list[int] | None
    polarity: str
    certainty: str
    section: str


class Evidence(TypedDict):
    """One document's support for one triplet; spans are [start, end) of title + " " + abstract."""

    id: int
    confidence: float
    polarity: str
    certainty: str
    section: str
    sentence: str
    sentence_span: list[int] | None
    drug_span: list[int] | None
    target_span: list[int] | None
    trigger_span: list[int] | None
    species: list[str]
    assays: list[str]
    quantities: list[Quantity]
    supporting: list[Supporting]
    withdrawn_at: str | None
    withdrawn_reason: str
    document: DocumentRef
    run: Run


class Triplet(TypedDict):
    """A triplet with the best of the evidence that was asked for."""

    id: int
    drug: str
    interaction: str
    target: str
    drug_curie: str | None
    target_curie: str | None
    interaction_type: str
    direction: str
    belief: float
    support: float
    denial: float
    paper_count: int
    grounded: bool
    opposed: bool
    curated: str | None
    evidence_count: int
    document_count: int
    confidence: float
    best_evidence: Evidence


class Reading(TypedDict):
    """That a model has read a document."""

    run: Run
    outcome: str
    reason: str
    truncated: bool
    extracted_at: str


class Document(TypedDict):
    """A stored document and what was found in it."""

    key: str
    pmid: str | None
    doi: str | None
    pmcid: str | None
    title: str
    abstract: str
    journal: str
    published: str
    status: str
    stored_at: str
    readings: list[Reading]
    triplets: list[Triplet]


class SelfTraining(TypedDict):
    """A self-training run and how far it is."""

    id: str
    state: str
    reason: str
    trigger: str
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
    created_at: str
    started_at: str | None
    finished_at: str | None


class SelfTrainingRound(TypedDict):
    """A finished round; pictures are paths of the service."""

    number: int
    report: dict[str, Any]
    curve: str | None
    histogram: str | None
    stored_at: str


class Label(TypedDict):
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


class Model(TypedDict):
    """A model of the registry."""

    sha256: str
    name: str
    parent: str | None
    state: str
    metrics: dict[str, Any]
    reason: str
    run_id: str | None
    size: int
    created_at: str
    promoted_at: str | None


class ModelFile(TypedDict):
    """One file of a model."""

    path: str
    sha256: str
    size: int


class ModelDetail(Model):
    """A model with its card and the list of its files."""

    card: dict[str, Any]
    files: list[ModelFile]


class Promotion(TypedDict):
    """That one model took another's place."""

    id: int
    at: str
    kind: str
    from_model: str | None
    to_model: str
    who: str
    reason: str

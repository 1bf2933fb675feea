"""What goes over the wire of the knowledge base: triplets, evidence, beliefs, changes, names and documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints

from api import shapes
from api.schemas import Answer, Page, PageIn, Pmid, Request, Text
from db.queries import paging
from db.queries.changes import ChangeFilter
from db.queries.triplets import Contradiction, TripletFilter, TripletOrder
from db.queries.views import Agreement, ChangeKind, CuratedView, EvidenceView, TripletView
from dti import belief
from dti.belief import SYSTEMATIC_ERROR, Standing
from dti.domain.entities import EntityKind
from dti.domain.evidence import Assay, Certainty, Polarity, QuantityKind, Relation, SectionKind, Span
from dti.domain.interactions import Direction, InteractionType


def _to_pair(value: object) -> object:
    return (value.start, value.end) if isinstance(value, Span) else value


Offsets = Annotated[
    tuple[int, int],
    BeforeValidator(_to_pair),
    Field(description='[start, end) in characters of title + " " + abstract', examples=[[27, 34]]),
]
Date = Annotated[str, StringConstraints(pattern=shapes.DATE), Field(examples=["2012-03"])]


class Grounding(StrEnum):
    """Whether both names have to be in the text."""

    TRUE = "true"
    FALSE = "false"
    ANY = "any"


class _TripletConditions(Request):
    """Which triplets; all conditions have to hold, and they hold for the evidence that is counted and shown."""

    drug: Text | None = Field(None, description="name in any spelling, a synonym, or a CURIE", examples=["aspirin"])
    target: Text | None = Field(None, description="name, synonym or CURIE", examples=["cyclooxygenase-1"])
    interaction: Text | None = Field(None, description="as extracted or normalised, e.g. inhibitor")
    min_confidence: float = Field(0.0, ge=0, le=1, description="least confidence of the evidence")
    min_belief: float = Field(0.0, ge=0, le=1, description="least belief of the triplet")
    pmid: Pmid | None = Field(None, description="only evidence from this document")
    model: Text | None = Field(None, description="only evidence that this model, or this run, found")
    words: Text | None = Field(None, description='only evidence with these words; "quoted phrases", or, -not')
    published_from: Date | None = Field(None, description="only papers of this date or later")
    published_to: Date | None = Field(None, description="only papers of this date or earlier; a year ends in December")
    added_since: datetime | None = Field(None, description="only evidence stored at this moment or later")
    contradiction: Contradiction | None = Field(
        None, description="disputed: papers affirm and deny it; opposed: other papers say the opposite of the pair"
    )
    curated: Agreement | None = Field(None, description="agreement with the curated tables that are loaded")
    grounded: Grounding = Field(Grounding.TRUE, description="true: both names were found in the text; false: the others")
    order: TripletOrder = Field(TripletOrder.KNOWN, description="as they became known, or the most believed first")

    def to_filter(self) -> TripletFilter:
        """The conditions as the read side knows them."""
        grounded = {Grounding.TRUE: True, Grounding.FALSE: False, Grounding.ANY: None}[self.grounded]
        return TripletFilter(**self.model_dump(exclude={"limit", "cursor", "order", "grounded"}), grounded=grounded)


class TripletsIn(PageIn, _TripletConditions):
    """Which triplets, and which part of their list."""


class TripletTableIn(_TripletConditions):
    """Which triplets, and how many at most."""

    limit: int | None = Field(None, ge=1, description="most triplets in the table; all without it")


class EvidenceIn(PageIn):
    """Which part of a triplet's evidence."""

    withdrawn: bool = Field(default=False, description="show evidence that was withdrawn too")


class PartsIn(Request):
    """How much of a belief's explanation."""

    limit: int = Field(100, ge=1, le=1000, description="most parts, the weightiest first")


class ChangesIn(PageIn):
    """Which changes."""

    kind: ChangeKind | None = None
    triplet: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(None, description="id of a triplet")
    document: Text | None = Field(None, description="key of a document", examples=["pmid:9108990"])
    after: int = Field(0, ge=0, le=2**63 - 1, description="only changes with a greater id")

    def to_filter(self) -> ChangeFilter:
        """The conditions as the read side knows them."""
        return ChangeFilter(self.kind, self.triplet, self.document, self.after)


class NamesIn(Request):
    """What has been typed so far."""

    typed: Text = Field(examples=["aspi"])
    kind: EntityKind | None = None
    limit: int = Field(10, ge=1, le=50)


class Run(Answer):
    """The model behind a result: enough to produce it again."""

    id: str
    model: str
    checkpoint_sha256: str
    code_version: str
    decoding: str
    lexicon_sha256: str


class DocumentRef(Answer):
    """The document that evidence stands in."""

    key: str
    pmid: str | None
    title: str
    status: str = Field(description="ok, retracted, no_abstract, not_english or deleted")


class Quantity(Answer):
    """A measured potency or affinity as a concentration in nM; `text` is the expression as written."""

    kind: QuantityKind
    relation: Relation
    nanomolar: float
    upper_nanomolar: float | None
    error_nanomolar: float | None
    text: str
    span: Offsets


class Supporting(Answer):
    """Another sentence of the same document that names both ends."""

    sentence: str
    sentence_span: Offsets | None
    drug_span: Offsets | None
    target_span: Offsets | None
    trigger_span: Offsets | None
    polarity: Polarity
    certainty: Certainty
    section: SectionKind


class Evidence(Answer):
    """One document's support for one triplet. A name that is not in the text has no span; it is never guessed."""

    id: int
    confidence: float = Field(description="in [0, 1], from the probabilities of the triplet's own tokens")
    polarity: Polarity
    certainty: Certainty
    section: SectionKind
    sentence: str
    sentence_span: Offsets | None
    drug_span: Offsets | None
    target_span: Offsets | None
    trigger_span: Offsets | None = Field(description="the word that states the interaction")
    species: list[str] = Field(description="NCBITaxon numbers that words in the document hint at")
    assays: list[Assay]
    quantities: list[Quantity]
    supporting: list[Supporting] = Field(description="the document's other sentences that name both")
    withdrawn_at: datetime | None
    withdrawn_reason: str = Field(description='empty while it stands; else "revised", "deleted", "retracted" or "superseded"')
    document: DocumentRef
    run: Run


class Triplet(Answer):
    """A (drug, interaction, target) statement with the evidence that passed the filter."""

    id: int
    drug: str
    interaction: str
    target: str
    drug_curie: str | None
    target_curie: str | None
    interaction_type: InteractionType = Field(description="what the label was normalised to")
    direction: Direction
    belief: float = Field(description="in [0, 1]; `GET /v1/triplets/{id}/belief` explains it")
    support: float = Field(description="how sure the papers that affirm it make it")
    denial: float = Field(description="how sure the papers that deny it make the opposite")
    paper_count: int = Field(description="papers that belief counts")
    grounded: bool = Field(description="whether some document has both names in its text")
    opposed: bool = Field(description="whether another paper says the opposite of this pair")
    curated: Agreement | None = Field(description="agreement with curated tables; null where none is loaded")
    evidence_count: int
    document_count: int
    confidence: float = Field(description="of the best evidence")
    best_evidence: Evidence


class CuratedPair(Answer):
    """What a curated source says of the pair; `action` is verbatim, empty where it gives none."""

    source: str
    drug: str
    target: str
    action: str
    direction: Direction
    reference: str


class TripletDetail(Triplet):
    """A triplet with what curated sources say of its pair and all its evidence, surest first, a page at a time."""

    curated_pairs: list[CuratedPair]
    evidence: Page[Evidence]

    @classmethod
    def of(cls, view: TripletView, pairs: Sequence[CuratedView], evidence: paging.Page[EvidenceView]) -> Self:
        """The answer for a triplet, its curated pairs and a page of its evidence."""
        triplet = Triplet.model_validate(view).model_dump()
        curated = [CuratedPair.model_validate(pair) for pair in pairs]
        return cls(**triplet, curated_pairs=curated, evidence=Page[Evidence].model_validate(evidence))


class BeliefPart(Answer):
    """What one piece of evidence adds: weight = probability x certainty x independence.

    `contribution` is the belief less what it would be without this paper; negative for a paper that denies.
    """

    evidence_id: int
    paper: str = Field(examples=["pmid:9108990"])
    standing: Standing = Field(description="a paper counts once, by its strongest evidence that can be checked")
    denies: bool
    probability: float = Field(description="that the paper says so: the evidence's confidence")
    certainty: float = Field(description="what the sentence's certainty is worth")
    independence: float = Field(description="less than 1 where its authors have been heard already")
    weight: float
    contribution: float


class Belief(Answer):
    """score = support x (1 - denial); each a noisy-or of the papers' weights, at most `most`."""

    score: float
    support: float
    denial: float
    papers: int
    most: float = Field(1 - SYSTEMATIC_ERROR, description="what no number of papers gets past: all may be misread alike")
    parts_total: int
    parts: list[BeliefPart] = Field(description="the weightiest first")

    @classmethod
    def of(cls, belief: belief.Belief, most_parts: int) -> Self:
        """The answer for a belief, with its weightiest parts."""
        parts = [BeliefPart.model_validate(part) for part in belief.parts[:most_parts]]
        return cls(
            score=belief.score,
            support=belief.support,
            denial=belief.denial,
            papers=belief.papers,
            parts_total=len(belief.parts),
            parts=parts,
        )


class Change(Answer):
    """A line of the audit trail: evidence withdrawn from a document, or a belief that moved."""

    id: int
    at: datetime
    kind: ChangeKind
    reason: str = Field(description="of evidence withdrawn: revised, deleted, retracted or superseded (by another reading)")
    triplet_id: int
    drug: str
    interaction: str
    target: str
    evidence_id: int | None
    document: str | None = Field(examples=["pmid:9108990"])
    belief_before: float | None
    belief_after: float | None


class Name(Answer):
    """A name that somebody may look for."""

    name: str
    kind: EntityKind
    curie: str | None


class Reading(Answer):
    """That a model has read the document, and how that ended."""

    run: Run
    outcome: str
    reason: str
    truncated: bool = Field(description="whether the text was longer than the model reads")
    extracted_at: datetime


class Document(Answer):
    """A stored document, who read it, and what was found in it."""

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
    readings: list[Reading]
    triplets: list[Triplet]

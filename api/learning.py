"""What goes over the wire of models and of self-training."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from api import shapes
from api.knowledge import Date
from api.schemas import Answer, PageIn, Request, Text
from db.queries.self_training import LabelFilter
from db.queries.views import ModelFileView, ModelView, RoundView
from dti.domain.models import ModelState, PromotionKind
from dti.domain.self_training import SelfTrainingRequest, SelfTrainingState, Trigger

Sha256 = Annotated[str, StringConstraints(pattern=shapes.SHA256), Field(examples=["e27c…"])]
_ROUNDS = Field(None, ge=1, le=2**31 - 1, description="only labels of this round")


class PoolIn(Request):
    """Literature without labels: one of query, batch and upload, or the stored documents of some dates."""

    query: Annotated[Text, StringConstraints(max_length=4000)] | None = Field(
        None, description="a PubMed search; it is read as a batch first"
    )
    batch: Text | None = Field(None, description="id of a batch; the run starts when it has come to its end")
    upload: Text | None = Field(None, description="id that `POST /v1/uploads` gave; the file is read as a batch first")
    published_from: Date | None = Field(None, description="stored documents of this date or later")
    published_to: Date | None = Field(None, description="stored documents of this date or earlier; a year ends in December")


class SelfTrainingIn(Request):
    """A self-training run to start."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"pool": {"published_from": "2024"}, "order": {"rounds": 1, "seed": 7}}]},
    )

    pool: PoolIn
    parent: Sha256 | None = Field(None, description="the model to start from; the active one unless it is named")
    promote: bool = Field(default=True, description="make a model that passes the gate the active one")
    order: dict[str, JsonValue] = Field(
        default_factory=dict,
        max_length=50,
        description="settings of `dti self-train local`: pool_limit, selection, weighting, quota, guards, rounds,"
        " steps, seed, threads, budget_seconds, gate, … without its paths; a selection's checkpoints are models by their whole"
        " SHA-256. What it does not know, ends the run as failed.",
    )

    def to_request(self, idempotency_key: str | None) -> SelfTrainingRequest:
        """The request as the domain knows it; raises JobError."""
        return SelfTrainingRequest.read(self.model_dump(), idempotency_key=idempotency_key or "")


class SelfTrainingsIn(PageIn):
    """Which runs."""

    state: SelfTrainingState | None = Field(None, description="only runs in this state")


class LedgerIn(PageIn):
    """Which labels."""

    round: int | None = _ROUNDS
    accepted: bool | None = Field(None, description="only labels that were taken to train on, or only the others")
    reason: Text | None = Field(None, description="only labels with this reason")
    document: Text | None = Field(None, description="key of a document", examples=["pmid:9108990"])
    drug: Text | None = Field(None, description="name in any spelling")
    target: Text | None = Field(None, description="name in any spelling")

    def to_filter(self) -> LabelFilter:
        """The conditions as the read side knows them."""
        return LabelFilter(**self.model_dump(exclude={"limit", "cursor"}))


class SelfTraining(Answer):
    """A self-training run and how far it is."""

    id: str
    state: SelfTrainingState = Field(description="accepted: passed the gate, and waits for a person to promote it")
    reason: str = Field(description="why it ended so")
    trigger: Trigger
    pool: dict[str, str]
    batch_id: str | None = Field(description="the batch that brings in its documents")
    order: dict[str, JsonValue]
    parent: str | None = Field(description="null until it starts, unless one was named")
    promote: bool
    hashes: dict[str, JsonValue] = Field(description="SHA-256 of the data it learnt from")
    gate: dict[str, JsonValue] = Field(description="figures of the gate")
    model: str | None = Field(description="what came of it")
    stage: str = Field(examples=["train"])
    round: int
    done: int = Field(description="of `total`, in this stage")
    total: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class SelfTrainingRound(Answer):
    """A finished round; pictures are null where there are none."""

    number: int
    report: dict[str, JsonValue]
    curve: str | None = Field(description="path of a PNG", examples=["/v1/self-training/runs/x/rounds/1/curve.png"])
    histogram: str | None = Field(description="path of a PNG")
    stored_at: datetime

    @classmethod
    def of(cls, run_id: str, view: RoundView) -> Self:
        """The answer for a view."""
        base = f"/v1/self-training/runs/{run_id}/rounds/{view.number}"
        return cls(
            number=view.number,
            report=view.report,
            curve=f"{base}/curve.png" if view.curve else None,
            histogram=f"{base}/histogram.png" if view.histogram else None,
            stored_at=view.stored_at,
        )


class Label(Answer):
    """A label that a round considered: whether it was taken to train on, and why."""

    id: int
    round: int
    document: str
    drug: str
    interaction: str
    target: str
    confidence: float | None
    score: float | None = Field(description="what selection went by")
    weight: float | None = Field(description="in training, where it was accepted")
    accepted: bool
    reason: str


class ModelsIn(PageIn):
    """Which models."""

    state: ModelState | None = Field(None, description="only models in this state")


class Model(Answer):
    """A model of the registry."""

    sha256: str = Field(description="of its SHA256SUMS, and so of every file; stands on every evidence row")
    name: str
    parent: str | None
    state: ModelState = Field(description="exactly one is active; a rejected one has no files")
    metrics: dict[str, JsonValue] = Field(description="figures of the gate it went through")
    reason: str = Field(description="why it was rejected")
    run_id: str | None = Field(description="the self-training run it came from")
    size: int = Field(description="of its files, in bytes")
    created_at: datetime
    promoted_at: datetime | None


class ModelFile(Answer):
    """One file of a model."""

    path: str
    sha256: str
    size: int


class ModelDetail(Model):
    """A model with its card and the list of its files."""

    card: dict[str, JsonValue]
    files: list[ModelFile]

    @classmethod
    def of(cls, view: ModelView, files: Sequence[ModelFileView]) -> Self:
        """The answer for a view."""
        base = Model.model_validate(view).model_dump()
        return cls(**base, card=view.card, files=[ModelFile.model_validate(file) for file in files])


class ActIn(Request):
    """Who does it, and why; both go into the history of promotions."""

    who: Annotated[Text, StringConstraints(max_length=200)] = Field("api", description="a person or a program")
    reason: Annotated[Text, StringConstraints(max_length=1000)] | None = None


class Promotion(Answer):
    """That one model took another's place."""

    id: int
    at: datetime
    kind: PromotionKind
    from_model: str | None
    to_model: str
    who: str
    reason: str

"""Batches of literature and the states of their items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

BatchId = NewType("BatchId", str)


class BatchState(StrEnum):
    """PENDING while steps are still being turned into items, RUNNING afterwards."""

    PENDING = "pending"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """The life of one document in one batch; QUEUED and FETCHED are the only unfinished states."""

    QUEUED = "queued"
    FETCHED = "fetched"
    EXTRACTED = "extracted"
    NO_TRIPLET = "no_triplet"
    NO_ABSTRACT = "no_abstract"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to the item by itself."""
        return self not in {ItemState.QUEUED, ItemState.FETCHED}


class StepKind(StrEnum):
    """What has to be turned into items before a batch is complete."""

    QUERY = "query"
    UPLOAD = "upload"


class StepState(StrEnum):
    """The life of a step."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRequest:
    """What a user asks for; at least one of PMIDs, query and uploads.

    `refresh` pulls and extracts again what the knowledge base already holds;
    `idempotency_key` makes a repeated submission return the first batch.
    """

    pmids: tuple[str, ...] = ()
    query: str = ""
    uploads: tuple[str, ...] = ()
    refresh: bool = False
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's right to write what it claimed; another worker may claim it `seconds` after the last renewal."""

    token: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long work waits after the n-th failure that may heal: `first` seconds, doubling up to `longest`, `limit` times."""

    first: float = 10.0
    longest: float = 600.0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Step:
    """A claimed step: a PubMed query (with a date slice) or an upload, and the lease to write under."""

    id: int
    batch_id: BatchId
    kind: StepKind
    payload: dict[str, str]
    lease: str


@dataclass(frozen=True, slots=True)
class ClaimedItem:
    """An item that one worker holds until its lease ends; `document_id` once it is fetched."""

    id: int
    batch_id: BatchId
    key: str
    document_id: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The state an item goes to, and why where it is not the good one."""

    item_id: int
    state: ItemState
    reason: str = ""
    document_id: int | None = None


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch and its counts per item state; `failures` says which steps gave no items, and why."""

    id: BatchId
    state: BatchState
    created_at: datetime
    finished_at: datetime | None
    counts: dict[ItemState, int]
    pending_steps: int
    request: dict[str, object]
    failures: tuple[str, ...] = ()

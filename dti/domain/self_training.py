"""Self-training as a job: what is asked for, and how far it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from dti.domain.triplets import Triplet
from dti.errors import JobError

SelfTrainingId = NewType("SelfTrainingId", str)

# What a worker fills into an order by itself.
PATHS = frozenset({"parent", "data", "recipe", "pool", "verdicts", "held_out", "cache"})
_SHA256 = re.compile("[0-9a-f]{64}")
_FIELDS = frozenset({"pool", "parent", "promote", "order"})


class SelfTrainingState(StrEnum):
    """ACCEPTED has passed the gate and waits for a person: promotion was not asked for, or another model came in between."""

    PENDING = "pending"
    RUNNING = "running"
    ACCEPTED = "accepted"
    PROMOTED = "promoted"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to the run by itself."""
        return self not in {SelfTrainingState.PENDING, SelfTrainingState.RUNNING}


class Trigger(StrEnum):
    """Who started a run."""

    USER = "user"
    SCHEDULE = "schedule"


class PoolKind(StrEnum):
    """Where a run's unlabelled documents come from; a QUERY is read as a batch first."""

    QUERY = "query"
    BATCH = "batch"
    UPLOAD = "upload"
    DATES = "dates"


@dataclass(frozen=True, slots=True)
class Pool:
    """Unlabelled documents: a PubMed search, a batch's, an uploaded file's, or the stored ones of some dates (ISO, as text)."""

    kind: PoolKind
    name: str = ""
    published_from: str = ""
    published_to: str = ""

    @classmethod
    def read(cls, value: object) -> Pool:
        """The pool of an object with one of query, batch and upload, or with published_from, published_to or both.

        Raises JobError.
        """
        given = {key: text for key, text in _object(value, "pool").items() if text is not None}
        if not all(isinstance(text, str) and text.strip() for text in given.values()):
            raise JobError("a pool is told in strings")
        texts = {key: str(text).strip() for key, text in given.items()}
        if texts and texts.keys() <= {"published_from", "published_to"}:
            return cls._of_dates(texts.get("published_from", ""), texts.get("published_to", ""))
        if len(texts) == 1 and (key := next(iter(texts))) in {PoolKind.QUERY, PoolKind.BATCH, PoolKind.UPLOAD}:
            return cls(PoolKind(key), texts[key])
        raise JobError("a pool is one of query, batch, upload, or published_from and published_to")

    @classmethod
    def _of_dates(cls, first: str, last: str) -> Pool:
        if last and first > f"{last}~":  # "2012-03" is in "2012"
            raise JobError(f"the pool ends ({last}) before it begins ({first})")
        return cls(PoolKind.DATES, "", first, last)

    def told(self) -> dict[str, str]:
        """As `read` takes it."""
        if self.kind is not PoolKind.DATES:
            return {self.kind.value: self.name}
        dates = {"published_from": self.published_from, "published_to": self.published_to}
        return {name: date for name, date in dates.items() if date}


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTrainingRequest:
    """What a user or the schedule asks for.

    `order` holds the science's settings (selection, weighting, quota, rounds, seed, budget, gate, …) and none of its paths;
    what it makes of them it says when the run starts. `parent` is the active model unless it is named. With `promote`
    False a run that passes the gate waits for a person.
    """

    pool: Pool
    order: Mapping[str, object] = field(default_factory=dict)
    parent: str = ""
    promote: bool = True
    trigger: Trigger = Trigger.USER
    idempotency_key: str = ""

    @classmethod
    def read(cls, value: object, trigger: Trigger = Trigger.USER, idempotency_key: str = "") -> SelfTrainingRequest:
        """The request of a JSON object, as `POST /v1/self-training/runs` takes it; raises JobError."""
        given = _object(value, "request")
        if unknown := sorted(given.keys() - _FIELDS):
            raise JobError(f"a self-training run has no {unknown[0]!r} (has: {', '.join(sorted(_FIELDS))})")
        order = _object(given.get("order") or {}, "order")
        if paths := sorted(order.keys() & PATHS):
            raise JobError(f"{paths[0]!r} of the order is the worker's to fill in")
        models_of(order)
        parent, promote = given.get("parent") or "", given.get("promote", True)
        if not isinstance(parent, str) or not isinstance(promote, bool):
            raise JobError("parent is a model's hash, promote true or false")
        return cls(
            pool=Pool.read(given.get("pool")),
            order=dict(order),
            parent=parent,
            promote=promote,
            trigger=trigger,
            idempotency_key=idempotency_key,
        )


def models_of(order: Mapping[str, object]) -> tuple[str, ...]:
    """Models that an order's selection asks for beside its parent, by their hashes in the registry; raises JobError."""
    selection = order.get("selection")
    named = selection.get("checkpoints") if isinstance(selection, Mapping) else None
    if named is None:
        return ()
    if not isinstance(named, list | tuple) or not all(isinstance(name, str) and _SHA256.fullmatch(name) for name in named):
        raise JobError("the selection's checkpoints are models of the registry, by their whole SHA-256")
    return tuple(named)


def with_models(order: Mapping[str, object], folders: Mapping[str, str]) -> dict[str, object]:
    """The order with folders in place of the models that its selection asks for."""
    if not (named := models_of(order)) or not isinstance(order["selection"], Mapping):
        return dict(order)
    return {**order, "selection": {**order["selection"], "checkpoints": [folders[name] for name in named]}}


def _object(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise JobError(f"the {name} has to be an object")
    return value


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that one worker holds until its lease ends; `parent` is fixed from the first claim on."""

    id: SelfTrainingId
    pool: Pool
    batch_id: str | None
    order: Mapping[str, object]
    parent: str
    promote: bool
    stage: str
    round: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of a round's ledger."""

    document: str
    triplet: Triplet
    confidence: float | None = None
    score: float | None = None
    weight: float | None = None
    accepted: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """What a finished round left: its report, its ledger and its pictures (PNG)."""

    number: int
    report: Mapping[str, object]
    ledger: tuple[Label, ...] = ()
    curve: bytes | None = None
    histogram: bytes | None = None


class Judgement(StrEnum):
    """What a curator makes of a triplet."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A curator's judgement of a triplet in a stored document; `edited` is what it should be, with EDITED only."""

    curator: str
    document_id: int
    triplet: Triplet
    judgement: Judgement
    edited: Triplet | None = None
    evidence_id: int | None = None
    comment: str = ""

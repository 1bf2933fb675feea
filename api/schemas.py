"""What goes over the wire. Requests refuse what they do not know; answers are built from views, never from tables."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Generic, Self, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from db.queries.paging import PageRequest
from db.queries.views import ItemView
from dti.domain.jobs import BatchRequest, BatchState, BatchSummary, ItemState

T = TypeVar("T")

MAX_PAGE = 500
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PMID = re.compile(r"0*([1-9][0-9]{0,8})", re.ASCII)


def _no_controls(value: object) -> object:
    if isinstance(value, str) and _CONTROL.search(value):
        raise ValueError("control characters are not allowed")
    return value


def _to_pmid(value: object) -> object:
    """Digits without leading zeros; numbers are taken too, since JSON clients like to send them."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        return text
    match = _PMID.fullmatch(text.strip(" "))
    if match is None:
        raise ValueError("a PMID is a number of at most nine digits")
    return match.group(1)


Text = Annotated[str, BeforeValidator(_no_controls), StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Pmid = Annotated[str, BeforeValidator(_to_pmid), Field(examples=["9108990"])]


class Request(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """Built from a view."""

    model_config = ConfigDict(from_attributes=True)


class BatchIn(Request):
    """Which literature to read: PMIDs, a PubMed query, uploaded files, or several of these."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"pmids": ["9108990", "10592235"]}]})

    pmids: list[Pmid] = Field(default_factory=list, description="PubMed identifiers; duplicates count once")
    query: Annotated[Text, StringConstraints(max_length=4000)] | None = Field(None, description="a PubMed search")
    uploads: list[Text] = Field(default_factory=list, max_length=1000, description="ids that `POST /v1/uploads` gave")
    refresh: bool = Field(default=False, description="pull and extract again what the knowledge base already holds")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.pmids or self.query or self.uploads):
            raise ValueError("give at least one of pmids, query and uploads")
        return self

    def to_request(self, idempotency_key: str | None) -> BatchRequest:
        """The request as the domain knows it, duplicates dropped, order kept."""
        return BatchRequest(
            pmids=tuple(dict.fromkeys(self.pmids)),
            query=self.query or "",
            uploads=tuple(dict.fromkeys(self.uploads)),
            refresh=self.refresh,
            idempotency_key=idempotency_key or "",
        )


class PageIn(Request):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=MAX_PAGE, description="most rows in one answer")
    cursor: Annotated[Text, Field(description="`next_cursor` of the page before")] | None = None

    def to_page(self) -> PageRequest:
        """The page as the read side knows it."""
        return PageRequest(self.limit, self.cursor)


class ItemsIn(PageIn):
    """Which items of a batch."""

    state: ItemState | None = Field(None, description="only items in this state")


class Page(Answer, Generic[T]):
    """Part of a list. Rows that are added later come after, so no page repeats or misses a row."""

    items: list[T]
    next_cursor: str | None = Field(description="hand it back as `cursor` for the next page; null at the end")


class Upload(Answer):
    """A stored file; name its id in a batch's `uploads`."""

    id: str
    filename: str
    size: int
    sha256: str


class Asked(Answer):
    """What a batch was asked to read."""

    pmids: int = Field(description="how many; `items` names them")
    query: str
    uploads: list[str]
    refresh: bool


class Batch(Answer):
    """A batch and how far it is."""

    id: str
    state: BatchState
    created_at: datetime
    finished_at: datetime | None
    request: Asked
    total: int = Field(description="documents known so far")
    done: int = Field(description="documents to which nothing more will happen")
    progress: float | None = Field(description="done of total in [0, 1]; null until the total is known", examples=[0.42])
    counts: dict[ItemState, int] = Field(description="documents per state, every state named")
    pending_steps: int = Field(description="searches and files not yet turned into documents")
    failures: list[str] = Field(description="searches and files that failed, and why")

    @classmethod
    def of(cls, summary: BatchSummary) -> Self:
        """The answer for a summary."""
        counts = {state: summary.counts.get(state, 0) for state in ItemState}
        total = sum(counts.values())
        done = sum(count for state, count in counts.items() if state.finished)
        return cls(
            id=summary.id,
            state=summary.state,
            created_at=summary.created_at,
            finished_at=summary.finished_at,
            request=Asked.model_validate(summary.request),
            total=total,
            done=done,
            progress=None if summary.pending_steps else (done / total if total else 1.0),
            counts=counts,
            pending_steps=summary.pending_steps,
            failures=list(summary.failures),
        )


class Item(Answer):
    """One document of a batch; `reason` explains every state but the good one."""

    key: str = Field(examples=["pmid:9108990"])
    state: ItemState
    reason: str
    attempts: int
    updated_at: datetime
    document: str | None = Field(description="path of the document once it is stored", examples=["/v1/documents/pmid:9108990"])

    @classmethod
    def of(cls, view: ItemView) -> Self:
        """The answer for a view."""
        link = None if view.document_key is None else f"/v1/documents/{quote(view.document_key, safe=':')}"
        return cls(
            key=view.key,
            state=view.state,
            reason=view.reason,
            attempts=view.attempts,
            updated_at=view.updated_at,
            document=link,
        )

"""Batches and their items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from db.models import Batch, Document, Item, Step
from db.queries.paging import Page, PageRequest, encode_cursor, row_position, time_position, to_page
from db.queries.views import ItemView
from dti.domain.jobs import BatchId, BatchState, BatchSummary, ItemState, StepState
from dti.errors import NotFoundError


def get(session: Session, batch_id: str) -> BatchSummary:
    """One batch with its counts; raises NotFoundError."""
    return _summaries(session, [_existing(session, batch_id)])[0]


def recent(session: Session, page: PageRequest) -> Page[BatchSummary]:
    """All batches, newest first."""
    statement = select(Batch).order_by(Batch.created_at.desc(), Batch.id.desc()).limit(page.limit + 1)
    if page.cursor is not None:
        statement = statement.where(tuple_(Batch.created_at, Batch.id) < time_position("batches", page.cursor))
    rows = session.scalars(statement).all()
    summaries = {summary.id: summary for summary in _summaries(session, rows[: page.limit])}
    return to_page(
        rows,
        page.limit,
        lambda row: summaries[BatchId(row.id)],
        lambda row: encode_cursor("batches", row.created_at.isoformat(), row.id),
    )


def items(session: Session, batch_id: str, page: PageRequest, state: ItemState | None = None) -> Page[ItemView]:
    """The documents of a batch in the order they were added; raises NotFoundError where there is no such batch."""
    _existing(session, batch_id)
    statement = (
        select(Item, Document.key)
        .outerjoin(Document, Document.id == Item.document_id)
        .where(Item.batch_id == batch_id, Item.id > row_position("items", page.cursor))
        .order_by(Item.id)
        .limit(page.limit + 1)
    )
    if state is not None:
        statement = statement.where(Item.state == state)
    rows = [(item, key) for item, key in session.execute(statement)]
    return to_page(rows, page.limit, lambda row: _item(*row), lambda row: encode_cursor("items", row[0].id))


def _existing(session: Session, batch_id: str) -> Batch:
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFoundError(f"there is no batch {batch_id!r}")
    return batch


def _item(item: Item, document_key: str | None) -> ItemView:
    return ItemView(item.id, item.key, ItemState(item.state), item.reason, item.attempts, item.updated_at, document_key)


def _summaries(session: Session, batches: Sequence[Batch]) -> list[BatchSummary]:
    ids = [batch.id for batch in batches]
    counts = _item_counts(session, ids)
    pending, failures = _steps(session, ids)
    return [
        BatchSummary(
            id=BatchId(batch.id),
            state=BatchState(batch.state),
            created_at=batch.created_at,
            finished_at=batch.finished_at,
            counts=counts[batch.id],
            pending_steps=pending[batch.id],
            request=dict(batch.request),
            failures=tuple(failures[batch.id]),
        )
        for batch in batches
    ]


def _item_counts(session: Session, ids: list[str]) -> dict[str, dict[ItemState, int]]:
    counts: dict[str, dict[ItemState, int]] = {batch_id: {} for batch_id in ids}
    grouped = select(Item.batch_id, Item.state, func.count()).where(Item.batch_id.in_(ids)).group_by(Item.batch_id, Item.state)
    for batch_id, state, count in session.execute(grouped):
        counts[batch_id][ItemState(state)] = count
    return counts


def _steps(session: Session, ids: list[str]) -> tuple[dict[str, int], dict[str, list[str]]]:
    """How many steps are still pending, and why others failed, per batch."""
    pending: dict[str, int] = defaultdict(int)
    failures: dict[str, list[str]] = defaultdict(list)
    unfinished = (
        select(Step.batch_id, Step.kind, Step.state, Step.reason)
        .where(Step.batch_id.in_(ids), Step.state.in_([StepState.PENDING, StepState.FAILED]))
        .order_by(Step.id)
    )
    for batch_id, kind, state, reason in session.execute(unfinished):
        if state == StepState.PENDING:
            pending[batch_id] += 1
        else:
            failures[batch_id].append(f"{kind}: {reason}")
    return pending, failures

"""Documents to learn from without labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.models import Document, Item
from dti.domain.documents import DocumentStatus
from dti.domain.self_training import Pool, PoolKind

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class PoolDocument:
    """What a model reads of a document."""

    key: str
    title: str
    abstract: str
    pmid: str


def documents(session: Session, pool: Pool, batch_id: str | None, most: int) -> Iterator[PoolDocument]:
    """At most `most` documents of the pool that can be read at all, those stored last first."""
    found: int = 0
    before: int | None = None
    while found < most:
        conditions = _conditions(pool, batch_id) + ([] if before is None else [Document.id < before])
        columns = select(Document.id, Document.key, Document.title, Document.abstract, Document.pmid)
        rows = session.execute(columns.where(*conditions).order_by(Document.id.desc()).limit(min(_CHUNK, most - found))).all()
        if not rows:
            return
        for row in rows:
            yield PoolDocument(row.key, row.title, row.abstract, row.pmid or "")
        found, before = found + len(rows), rows[-1].id


def _conditions(pool: Pool, batch_id: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Document.status == DocumentStatus.OK]
    if pool.kind is not PoolKind.DATES:
        return [*conditions, Document.id.in_(select(Item.document_id).where(Item.batch_id == batch_id))]
    if pool.published_from:
        conditions.append(Document.published >= pool.published_from)
    if pool.published_to:
        # "2012-03-09" is in "2012": everything that goes on after the same digits belongs to it.
        conditions.append(Document.published < f"{pool.published_to}~")
    return conditions

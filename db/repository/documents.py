"""Documents: upsert by key, a newer version replaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db.mapping import DocumentRow, document_from_record, document_row
from db.models import Document as DocumentTable
from db.repository import withdrawals
from db.repository.bulk import stage
from dti.domain.documents import Document, DocumentStatus

_TYPES = {"record": "jsonb", "authors": "text[]"}
_DEFINITION = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in DocumentRow._fields)
_COLUMNS = ", ".join(DocumentRow._fields)

# A deletion carries neither version nor date, so it always counts as newer.
_UPSERT = f"""
INSERT INTO documents ({_COLUMNS}) SELECT {_COLUMNS} FROM stage_documents ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in DocumentRow._fields if name != "key")}, stored_at = now()
WHERE documents.record <> excluded.record AND (
    excluded.status = 'deleted'
    OR ((excluded.record ->> 'version')::integer, excluded.record ->> 'revised')
        >= ((documents.record ->> 'version')::integer, documents.record ->> 'revised'))
RETURNING id
"""  # noqa: S608 - column names from a NamedTuple
_STORED = "SELECT d.id, d.key, d.status FROM documents d JOIN stage_documents s ON s.key = d.key"


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a document is kept, and the status of the version that is kept."""

    id: int
    key: str
    status: DocumentStatus


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document with its row's id and the hash of what extraction reads."""

    id: int
    document: Document
    content_sha256: str


def upsert(session: Session, documents: Iterable[Document]) -> dict[str, Stored]:
    """Store documents, by key; a record that is kept already is replaced only by a newer one that differs.

    Of documents with the same key the last one counts. Rows are locked in order of key, so two writers cannot deadlock.
    Evidence from a version that is replaced by another text, a retraction or a deletion is withdrawn.
    """
    rows = {row.key: row for row in map(document_row, documents)}
    if not rows:
        return {}
    stage(session, "stage_documents", _DEFINITION, list(rows.values()))
    withdrawals.withdraw_outdated(session, list(session.scalars(text(_UPSERT))))
    return {row.key: Stored(row.id, row.key, DocumentStatus(row.status)) for row in session.execute(text(_STORED))}


def stored(session: Session, keys: Sequence[str]) -> dict[str, Stored]:
    """Those of `keys` that are kept already."""
    query = select(DocumentTable.id, DocumentTable.key, DocumentTable.status).where(DocumentTable.key.in_(keys))
    return {row.key: Stored(row.id, row.key, DocumentStatus(row.status)) for row in session.execute(query)}


def load(session: Session, ids: Iterable[int]) -> dict[int, Loaded]:
    """Documents by id."""
    query = select(DocumentTable.id, DocumentTable.record, DocumentTable.content_sha256).where(DocumentTable.id.in_(list(ids)))
    return {row.id: Loaded(row.id, document_from_record(row.record), row.content_sha256) for row in session.execute(query)}

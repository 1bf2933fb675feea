"""Documents with what was found in them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Document, Extraction, Run
from db.queries import triplets
from db.queries.evidence import run_identity
from db.queries.views import DocumentView, ReadingView
from dti.errors import NotFoundError


def get(session: Session, name: str) -> DocumentView:
    """The document with this key ("file:x") or this PMID in digits; raises NotFoundError."""
    row = _find(session, name)
    if row is None:
        raise NotFoundError(f"there is no document {name!r}")
    return DocumentView(
        key=row.key,
        pmid=row.pmid,
        doi=row.doi,
        pmcid=row.pmcid,
        title=row.title,
        abstract=row.abstract,
        journal=row.journal,
        published=row.published,
        status=row.status,
        stored_at=row.stored_at,
        readings=_readings(session, row.id),
        triplets=triplets.of_document(session, row.id),
    )


def _find(session: Session, name: str) -> Document | None:
    """PubMed's own record wins over a file's record with the same PMID."""
    if not (name.isascii() and name.isdigit()):
        return session.scalar(select(Document).where(Document.key == name))
    pmid = name.lstrip("0") or "0"
    own = session.scalar(select(Document).where(Document.key == f"pmid:{pmid}"))
    return own or session.scalar(select(Document).where(Document.pmid == pmid).order_by(Document.id).limit(1))


def _readings(session: Session, document_id: int) -> tuple[ReadingView, ...]:
    statement = (
        select(Extraction, Run)
        .join(Run, Run.id == Extraction.run_id)
        .where(Extraction.document_id == document_id)
        .order_by(Extraction.extracted_at, Run.id)
    )
    return tuple(
        ReadingView(run_identity(run), row.outcome, row.reason, row.truncated, row.extracted_at)
        for row, run in session.execute(statement)
    )

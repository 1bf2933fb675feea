"""The audit trail."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Change, Document, Triplet
from db.queries.paging import Page, PageRequest, encode_cursor, row_position, to_page
from db.queries.views import ChangeKind, ChangeView

_Row = tuple[Change, Triplet, str | None]


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Conditions that all have to hold; `document` is a document's key, `after` the id of a change."""

    kind: ChangeKind | None = None
    triplet_id: int | None = None
    document: str | None = None
    after: int = 0


def find(session: Session, wanted: ChangeFilter, page: PageRequest) -> Page[ChangeView]:
    """What changed, in the order it happened."""
    statement = (
        select(Change, Triplet, Document.key)
        .join(Triplet, Triplet.id == Change.triplet_id)
        .outerjoin(Document, Document.id == Change.document_id)
        .where(Change.id > max(wanted.after, row_position("changes", page.cursor)))
        .order_by(Change.id)
        .limit(page.limit + 1)
    )
    if wanted.kind is not None:
        statement = statement.where(Change.kind == wanted.kind)
    if wanted.triplet_id is not None:
        statement = statement.where(Change.triplet_id == wanted.triplet_id)
    if wanted.document is not None:
        statement = statement.where(Change.document_id.in_(select(Document.id).where(Document.key == wanted.document)))
    rows = session.execute(statement).all()
    return to_page(rows, page.limit, _view, lambda row: encode_cursor("changes", row[0].id))


def _view(row: _Row) -> ChangeView:
    change, triplet, document = row
    return ChangeView(
        id=change.id,
        at=change.at,
        kind=ChangeKind(change.kind),
        reason=change.reason,
        triplet_id=triplet.id,
        drug=triplet.drug,
        interaction=triplet.interaction,
        target=triplet.target,
        evidence_id=change.evidence_id,
        document=document,
        belief_before=change.belief_before,
        belief_after=change.belief_after,
    )

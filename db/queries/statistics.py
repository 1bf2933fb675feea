"""How much the knowledge base holds, for the metrics page."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Document, Evidence, Item, Triplet
from db.queries.views import StoreCounts
from dti.domain.jobs import ItemState


def counts(session: Session) -> StoreCounts:
    """Exact counts; they read whole indexes, so ask a few times a minute, not for every request."""
    by_state = session.execute(select(Item.state, func.count()).group_by(Item.state))
    items = dict.fromkeys(ItemState, 0) | {ItemState(state): count for state, count in by_state}
    documents, triplets, evidence = (
        session.scalar(select(func.count()).select_from(table)) or 0 for table in (Document, Triplet, Evidence)
    )
    return StoreCounts(items, documents, triplets, evidence)

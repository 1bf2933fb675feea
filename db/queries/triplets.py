"""Triplets with the evidence behind them. Counts and best evidence are of what passes the filter, never of more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, load_only

from db import votes
from db.models import Curated, Document, Evidence, Run, Triplet
from db.queries import filters
from db.queries.evidence import evidence_view
from db.queries.filters import Condition, Contradiction, TripletFilter
from db.queries.paging import Page, PageRequest, encode_cursor, row_position, score_position, to_page
from db.queries.views import Agreement, CuratedView, EvidenceView, TripletView
from dti.belief import Belief, assess
from dti.domain.interactions import Direction, InteractionType
from dti.errors import NotFoundError

__all__ = ["Contradiction", "TripletFilter", "TripletOrder", "belief", "curated", "evidence", "find", "get", "of_document"]

_BY_BELIEF = "triplets by belief"
_MOST_CURATED = 50
_REFERENCE = load_only(Document.key, Document.pmid, Document.title, Document.status)  # a record is long

_Row = tuple[Triplet, int, int, float, Evidence, Document, Run]


class TripletOrder(StrEnum):
    """KNOWN: as they became known, which no later change disturbs; BELIEF: the most believed first."""

    KNOWN = "known"
    BELIEF = "belief"


_ORDERING: Mapping[TripletOrder, Sequence[ColumnElement[Any]]] = {
    TripletOrder.KNOWN: (Triplet.id.asc(),),
    TripletOrder.BELIEF: (Triplet.belief.desc(), Triplet.id.asc()),
}


def find(
    session: Session, wanted: TripletFilter, page: PageRequest, order: TripletOrder = TripletOrder.KNOWN
) -> Page[TripletView]:
    """Triplets that have evidence within the filter.

    By belief, a triplet whose belief is recomputed between two pages may be seen twice or not at all.
    """
    conditions = filters.of_triplet(session, wanted)
    if order is TripletOrder.BELIEF:
        conditions += _after_belief(page.cursor)
    else:
        conditions.append(Triplet.id > row_position("triplets", page.cursor))
    ordering = _ORDERING[order]
    # The page is chosen first: evidence is aggregated for its rows only.
    chosen = select(Triplet.id).where(*conditions).order_by(*ordering).limit(page.limit + 1)
    rows = session.execute(_with_best(wanted).where(Triplet.id.in_(chosen)).order_by(*ordering)).all()
    return to_page(rows, page.limit, _view, lambda row: _cursor(row[0], order))


def _after_belief(cursor: str | None) -> list[Condition]:
    if cursor is None:
        return []
    score, row_id = score_position(_BY_BELIEF, cursor)
    return [Triplet.belief <= score, or_(Triplet.belief < score, Triplet.id > row_id)]


def _cursor(triplet: Triplet, order: TripletOrder) -> str:
    if order is TripletOrder.BELIEF:
        return encode_cursor(_BY_BELIEF, triplet.belief, triplet.id)
    return encode_cursor("triplets", triplet.id)


def of_document(session: Session, document_id: int) -> tuple[TripletView, ...]:
    """Everything found in one document, grounded or not, surest first."""
    wanted = TripletFilter(document_id=document_id, grounded=None)
    statement = _with_best(wanted).where(*filters.of_triplet(session, wanted))
    views = [_view(row) for row in session.execute(statement)]
    return tuple(sorted(views, key=lambda view: (-view.confidence, view.id)))


def get(session: Session, triplet_id: int) -> TripletView:
    """One triplet; where all its evidence is withdrawn, with the best of that and a count of 0. Raises NotFoundError."""
    standing = filters.of_evidence(TripletFilter(grounded=None))
    for conditions in (standing, []):
        row = session.execute(_joined(conditions).where(Triplet.id == triplet_id)).one_or_none()
        if row is not None:
            return _view(row)
    raise NotFoundError(f"there is no triplet {triplet_id}")


def evidence(session: Session, triplet_id: int, page: PageRequest, *, withdrawn: bool = False) -> Page[EvidenceView]:
    """The evidence of one triplet, surest first; with what was withdrawn, where that is wanted."""
    statement = (
        select(Evidence, Document, Run)
        .join(Document, Document.id == Evidence.document_id)
        .join(Run, Run.id == Evidence.run_id)
        .options(_REFERENCE)
        .where(Evidence.triplet_id == triplet_id)
        .order_by(Evidence.confidence.desc(), Evidence.id)
        .limit(page.limit + 1)
    )
    if not withdrawn:
        statement = statement.where(Evidence.withdrawn_at.is_(None))
    if page.cursor is not None:
        score, row_id = score_position("evidence", page.cursor)
        same_score = and_(Evidence.confidence == score, Evidence.id > row_id)
        statement = statement.where(or_(Evidence.confidence < score, same_score))
    rows = session.execute(statement).all()
    return to_page(
        rows,
        page.limit,
        lambda row: evidence_view(*row),
        lambda row: encode_cursor("evidence", row[0].confidence, row[0].id),
    )


def belief(session: Session, triplet_id: int) -> Belief:
    """The belief of a triplet as its evidence is at this moment, with every part's contribution; raises NotFoundError."""
    if session.get(Triplet, triplet_id) is None:
        raise NotFoundError(f"there is no triplet {triplet_id}")
    return assess(votes.load(session, [triplet_id]).get(triplet_id, ()))


def curated(session: Session, view: TripletView) -> tuple[CuratedView, ...]:
    """What curated sources say of the pair, where they use one of its own names or identifiers."""
    statement = (
        select(Curated)
        .where(
            Curated.drug_keys.overlap(filters.end_keys(session, view.drug, view.drug_curie)),
            Curated.target_keys.overlap(filters.end_keys(session, view.target, view.target_curie)),
        )
        .order_by(Curated.source, Curated.action, Curated.id)
        .limit(_MOST_CURATED)
    )
    return tuple(
        CuratedView(row.source, row.drug, row.target, row.action, Direction(row.direction), row.reference)
        for row in session.scalars(statement)
    )


def _with_best(wanted: TripletFilter) -> Select[Triplet, int, int, float, Evidence, Document, Run]:
    return _joined(filters.of_evidence(wanted))


def _joined(conditions: list[Condition]) -> Select[Triplet, int, int, float, Evidence, Document, Run]:
    best = _aggregated(conditions)
    return (
        select(Triplet, best.c.evidence_count, best.c.document_count, best.c.confidence, Evidence, Document, Run)
        .select_from(Triplet)
        .join(best, true())
        .join(Evidence, Evidence.id == best.c.best_id)
        .join(Document, Document.id == Evidence.document_id)
        .join(Run, Run.id == Evidence.run_id)
        .options(_REFERENCE)
    )


def _aggregated(conditions: list[Condition]) -> FromClause:
    """Per triplet: how much evidence meets the conditions, and the id of the best. No row where none does is joined."""
    by_confidence = aggregate_order_by(Evidence.id, Evidence.confidence.desc(), Evidence.id)
    standing = Evidence.withdrawn_at.is_(None)
    return (
        select(
            func.count().filter(standing).label("evidence_count"),
            func.count(Evidence.document_id.distinct()).filter(standing).label("document_count"),
            func.max(Evidence.confidence).label("confidence"),
            func.array_agg(by_confidence)[1].label("best_id"),
        )
        .where(Evidence.triplet_id == Triplet.id, *conditions)
        .correlate(Triplet)
        .lateral("best")
    )


def _view(row: _Row) -> TripletView:
    triplet, evidence_count, document_count, confidence, best, document, run = row
    return TripletView(
        id=triplet.id,
        drug=triplet.drug,
        interaction=triplet.interaction,
        target=triplet.target,
        drug_curie=triplet.drug_curie,
        target_curie=triplet.target_curie,
        interaction_type=InteractionType(triplet.interaction_type),
        direction=Direction(triplet.direction),
        belief=triplet.belief,
        support=triplet.support,
        denial=triplet.denial,
        paper_count=triplet.paper_count,
        grounded=triplet.grounded,
        opposed=triplet.opposed,
        curated=Agreement(triplet.curated) if triplet.curated else None,
        evidence_count=evidence_count,
        document_count=document_count,
        confidence=confidence,
        best_evidence=evidence_view(best, document, run),
    )

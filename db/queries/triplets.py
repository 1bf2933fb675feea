"""Triplets with the evidence behind them. Counts and best evidence are of what passes the filter, never of more."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import Document, Evidence, Run, Triplet
from db.queries.evidence import evidence_view
from db.queries.paging import Page, PageRequest, encode_cursor, row_position, score_position, to_page
from db.queries.views import EvidenceView, TripletView
from dti.domain.identity import normalise_name
from dti.errors import NotFoundError

_CURIE = re.compile(r"[A-Za-z_][\w.\-]*:\S+")

_Row = tuple[Triplet, int, int, float, Evidence, Document, Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class TripletFilter:
    """Conditions that all have to hold; an end is a name in any spelling, or a CURIE.

    `grounded` True keeps evidence in which both names were found in the text, False the rest.
    """

    drug: str | None = None
    target: str | None = None
    interaction: str | None = None
    min_confidence: float = 0.0
    pmid: str | None = None
    document_id: int | None = None
    grounded: bool | None = None


def find(session: Session, wanted: TripletFilter, page: PageRequest) -> Page[TripletView]:
    """Triplets that have evidence within the filter, in the order they became known."""
    after = row_position("triplets", page.cursor)
    statement = _with_best(wanted).where(Triplet.id > after).order_by(Triplet.id).limit(page.limit + 1)
    rows = session.execute(statement).all()
    return to_page(rows, page.limit, _view, lambda row: encode_cursor("triplets", row[0].id))


def of_document(session: Session, document_id: int) -> tuple[TripletView, ...]:
    """Everything found in one document, surest first."""
    statement = _with_best(TripletFilter(document_id=document_id))
    views = [_view(row) for row in session.execute(statement)]
    return tuple(sorted(views, key=lambda view: (-view.confidence, view.id)))


def get(session: Session, triplet_id: int) -> TripletView:
    """One triplet; raises NotFoundError, also where all its evidence is gone."""
    row = session.execute(_with_best(TripletFilter()).where(Triplet.id == triplet_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no triplet {triplet_id}")
    return _view(row)


def evidence(session: Session, triplet_id: int, page: PageRequest) -> Page[EvidenceView]:
    """The evidence of one triplet, surest first."""
    statement = (
        select(Evidence, Document, Run)
        .join(Document, Document.id == Evidence.document_id)
        .join(Run, Run.id == Evidence.run_id)
        .where(Evidence.triplet_id == triplet_id)
        .order_by(Evidence.confidence.desc(), Evidence.id)
        .limit(page.limit + 1)
    )
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


def _with_best(wanted: TripletFilter) -> Select[Triplet, int, int, float, Evidence, Document, Run]:
    best = _aggregated(wanted)
    return (
        select(Triplet, best.c.evidence_count, best.c.document_count, best.c.confidence, Evidence, Document, Run)
        .select_from(Triplet)
        .join(best, true())
        .join(Evidence, Evidence.id == best.c.best_id)
        .join(Document, Document.id == Evidence.document_id)
        .join(Run, Run.id == Evidence.run_id)
        .where(*_conditions(wanted))
    )


def _aggregated(wanted: TripletFilter) -> FromClause:
    """Per triplet: how much evidence passes the filter, and the id of the best. No row where none passes is joined."""
    by_confidence = aggregate_order_by(Evidence.id, Evidence.confidence.desc(), Evidence.id)
    return (
        select(
            func.count().label("evidence_count"),
            func.count(Evidence.document_id.distinct()).label("document_count"),
            func.max(Evidence.confidence).label("confidence"),
            func.array_agg(by_confidence)[1].label("best_id"),
        )
        .where(Evidence.triplet_id == Triplet.id, *_evidence_conditions(wanted))
        .correlate(Triplet)
        .lateral("best")
    )


def _conditions(wanted: TripletFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.drug is not None:
        conditions.append(_end(wanted.drug, Triplet.drug_name, Triplet.drug_curie))
    if wanted.target is not None:
        conditions.append(_end(wanted.target, Triplet.target_name, Triplet.target_curie))
    if wanted.interaction is not None:
        conditions.append(Triplet.interaction_name == normalise_name(wanted.interaction))
    if of_evidence := _evidence_conditions(wanted):
        # Says the same as the lateral's own condition, but lets the planner start from evidence where that is rarer.
        conditions.append(Triplet.id.in_(select(Evidence.triplet_id).where(*of_evidence)))
    return conditions


def _end(value: str, name: InstrumentedAttribute[str], curie: InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
    same_name = name == normalise_name(value)
    return or_(same_name, curie == value) if _CURIE.fullmatch(value) else same_name


def _evidence_conditions(wanted: TripletFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.min_confidence > 0:
        conditions.append(Evidence.confidence >= wanted.min_confidence)
    if wanted.pmid is not None:
        conditions.append(Evidence.document_id.in_(select(Document.id).where(Document.pmid == wanted.pmid)))
    if wanted.document_id is not None:
        conditions.append(Evidence.document_id == wanted.document_id)
    if wanted.grounded is not None:
        both = and_(Evidence.drug_start.is_not(None), Evidence.target_start.is_not(None))
        conditions.append(both if wanted.grounded else ~both)
    return conditions


def _view(row: _Row) -> TripletView:
    triplet, evidence_count, document_count, confidence, best, document, run = row
    return TripletView(
        id=triplet.id,
        drug=triplet.drug,
        interaction=triplet.interaction,
        target=triplet.target,
        drug_curie=triplet.drug_curie,
        target_curie=triplet.target_curie,
        evidence_count=evidence_count,
        document_count=document_count,
        confidence=confidence,
        best_evidence=evidence_view(best, document, run),
    )

"""Self-training runs, their rounds and their ledger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.mapping import indexed_name
from db.models import PseudoLabel, Round, SelfTrainingRun
from db.queries.paging import Page, PageRequest, encode_cursor, row_position, time_position, to_page
from db.queries.views import LabelView, RoundView, SelfTrainingView
from dti.domain.self_training import SelfTrainingState, Trigger
from dti.errors import NotFoundError


class Picture(StrEnum):
    """The pictures of a round."""

    CURVE = "curve"
    HISTOGRAM = "histogram"


_PICTURES: dict[Picture, InstrumentedAttribute[bytes | None]] = {
    Picture.CURVE: Round.curve,
    Picture.HISTOGRAM: Round.histogram,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFilter:
    """Conditions that all have to hold; names in any spelling, `reason` whole."""

    round: int | None = None
    accepted: bool | None = None
    reason: str | None = None
    document: str | None = None
    drug: str | None = None
    target: str | None = None


def get(session: Session, run_id: str) -> SelfTrainingView:
    """One run; raises NotFoundError."""
    return _view(_existing(session, run_id))


def recent(session: Session, page: PageRequest, state: SelfTrainingState | None = None) -> Page[SelfTrainingView]:
    """All runs, newest first."""
    row = SelfTrainingRun
    statement = select(row).order_by(row.created_at.desc(), row.id.desc()).limit(page.limit + 1)
    if page.cursor is not None:
        statement = statement.where(tuple_(row.created_at, row.id) < time_position("self-training", page.cursor))
    if state is not None:
        statement = statement.where(row.state == state)
    rows = session.scalars(statement).all()
    return to_page(rows, page.limit, _view, lambda row: encode_cursor("self-training", row.created_at.isoformat(), row.id))


def rounds(session: Session, run_id: str) -> tuple[RoundView, ...]:
    """The rounds of a run that are finished; raises NotFoundError where there is no such run."""
    _existing(session, run_id)
    columns = (Round.number, Round.report, Round.curve.is_not(None), Round.histogram.is_not(None), Round.stored_at)
    rows = session.execute(select(*columns).where(Round.run_id == run_id).order_by(Round.number))
    return tuple(RoundView(*row) for row in rows)


def picture(session: Session, run_id: str, number: int, which: Picture) -> bytes:
    """A PNG; raises NotFoundError."""
    found = session.scalar(select(_PICTURES[which]).where(Round.run_id == run_id, Round.number == number))
    if found is None:
        raise NotFoundError(f"there is no {which} of round {number} of run {run_id!r}")
    return found


def ledger(session: Session, run_id: str, wanted: LabelFilter, page: PageRequest) -> Page[LabelView]:
    """The labels that a run considered, in the order it did; raises NotFoundError where there is no such run."""
    _existing(session, run_id)
    statement = (
        select(PseudoLabel)
        .where(PseudoLabel.run_id == run_id, PseudoLabel.id > row_position("ledger", page.cursor))
        .order_by(PseudoLabel.id)
        .limit(page.limit + 1)
    )
    conditions = (
        (PseudoLabel.round, wanted.round),
        (PseudoLabel.accepted, wanted.accepted),
        (PseudoLabel.reason, wanted.reason),
        (PseudoLabel.document, wanted.document),
        (PseudoLabel.drug_name, None if wanted.drug is None else indexed_name(wanted.drug)),
        (PseudoLabel.target_name, None if wanted.target is None else indexed_name(wanted.target)),
    )
    for column, value in conditions:
        if value is not None:
            statement = statement.where(column == value)
    rows = session.scalars(statement).all()
    return to_page(rows, page.limit, _label, lambda row: encode_cursor("ledger", row.id))


def _existing(session: Session, run_id: str) -> SelfTrainingRun:
    run = session.get(SelfTrainingRun, run_id)
    if run is None:
        raise NotFoundError(f"there is no self-training run {run_id!r}")
    return run


def _view(run: SelfTrainingRun) -> SelfTrainingView:
    return SelfTrainingView(
        id=run.id,
        state=SelfTrainingState(run.state),
        reason=run.reason,
        trigger=Trigger(run.trigger),
        pool=run.pool,
        batch_id=run.batch_id,
        order=run.settings,
        parent=run.parent or run.wanted_parent,
        promote=run.promote,
        hashes=run.hashes,
        gate=run.gate,
        model=run.model,
        stage=run.stage,
        round=run.round,
        done=run.done,
        total=run.total,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


def _label(row: PseudoLabel) -> LabelView:
    return LabelView(
        id=row.id,
        round=row.round,
        document=row.document,
        drug=row.drug,
        interaction=row.interaction,
        target=row.target,
        confidence=row.confidence,
        score=row.score,
        weight=row.weight,
        accepted=row.accepted,
        reason=row.reason,
    )

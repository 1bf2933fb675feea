"""The model registry as it is shown."""

from __future__ import annotations

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from db.models import Model, ModelFile, Promotion, SelfTrainingRun
from db.queries.paging import Page, PageRequest, encode_cursor, row_position, time_position, to_page
from db.queries.views import ModelFileView, ModelView, PromotionView
from dti.domain.models import ModelState, PromotionKind
from dti.errors import NotFoundError

_Row = tuple[Model, int | None, str | None]


def _rows() -> Select[Model, int | None, str | None]:
    size = select(func.sum(ModelFile.size)).where(ModelFile.model == Model.sha256).scalar_subquery()
    run = select(func.min(SelfTrainingRun.id)).where(SelfTrainingRun.model == Model.sha256).scalar_subquery()
    return select(Model, size, run)


def get(session: Session, name: str) -> ModelView:
    """A model by its hash, or by the beginning of it; raises NotFoundError, also where several begin so."""
    statement = _rows().where(Model.sha256.startswith(name, autoescape=True)).limit(2)
    found = session.execute(statement).all()
    if len(found) != 1:
        raise NotFoundError(f"there is no model {name!r}" if not found else f"several models begin with {name!r}")
    return _view(found[0])


def active(session: Session) -> ModelView:
    """The model that workers read with; raises NotFoundError where no worker has registered one yet."""
    found = session.execute(_rows().where(Model.state == ModelState.ACTIVE)).one_or_none()
    if found is None:
        raise NotFoundError("there is no active model yet: no worker has registered the shipped one")
    return _view(found)


def recent(session: Session, page: PageRequest, state: ModelState | None = None) -> Page[ModelView]:
    """All models, newest first."""
    statement = _rows().order_by(Model.created_at.desc(), Model.sha256.desc()).limit(page.limit + 1)
    if page.cursor is not None:
        statement = statement.where(tuple_(Model.created_at, Model.sha256) < time_position("models", page.cursor))
    if state is not None:
        statement = statement.where(Model.state == state)
    rows = session.execute(statement).all()
    return to_page(rows, page.limit, _view, lambda row: encode_cursor("models", row[0].created_at.isoformat(), row[0].sha256))


def files(session: Session, sha256: str) -> tuple[ModelFileView, ...]:
    """The files of a model; none of a rejected one."""
    columns = select(ModelFile.path, ModelFile.sha256, ModelFile.size)
    rows = session.execute(columns.where(ModelFile.model == sha256).order_by(ModelFile.path))
    return tuple(ModelFileView(row.path, row.sha256, row.size) for row in rows)


def promotions(session: Session, page: PageRequest) -> Page[PromotionView]:
    """Who promoted what, and why, newest first."""
    statement = select(Promotion).order_by(Promotion.id.desc()).limit(page.limit + 1)
    if page.cursor is not None:
        statement = statement.where(Promotion.id < row_position("promotions", page.cursor))
    rows = session.scalars(statement).all()
    return to_page(rows, page.limit, _promotion, lambda row: encode_cursor("promotions", row.id))


def _view(row: _Row) -> ModelView:
    model, size, run_id = row
    return ModelView(
        sha256=model.sha256,
        name=model.name,
        parent=model.parent,
        state=ModelState(model.state),
        card=model.card,
        metrics=model.metrics,
        reason=model.reason,
        run_id=run_id,
        size=int(size or 0),
        created_at=model.created_at,
        promoted_at=model.promoted_at,
    )


def _promotion(row: Promotion) -> PromotionView:
    return PromotionView(row.id, row.at, PromotionKind(row.kind), row.from_model, row.to_model, row.who, row.reason)

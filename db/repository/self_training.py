"""Self-training runs: asked for once, claimed under a lease, ended in one transaction with what becomes of their model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

import orjson
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.mapping import storable
from db.models import Batch, Model, SelfTrainingRun
from db.repository import batches, models
from db.repository.bulk import affected
from dti.domain.jobs import BatchRequest, Lease
from dti.domain.models import Act, ModelState, NewModel
from dti.domain.self_training import (
    ClaimedRun,
    Pool,
    PoolKind,
    SelfTrainingId,
    SelfTrainingRequest,
    SelfTrainingState,
    Trigger,
    models_of,
)
from dti.errors import ConflictError, JobError, LeaseLostError, NotFoundError

_REASON = 2000
_MOST_ORDER = 64 * 1024

# A run whose documents come from a batch starts when the batch has come to its end.
_READY = """
state IN ('pending', 'running') AND lease_until < now()
  AND (batch_id IS NULL OR EXISTS (SELECT FROM batches b WHERE b.id = batch_id AND b.state IN ('finished', 'cancelled')))
"""
_CLAIM = f"""
UPDATE self_training_runs SET state = 'running', lease = :lease, lease_until = now() + make_interval(secs => :seconds),
    attempts = attempts + 1, started_at = coalesce(started_at, now()),
    parent = coalesce(parent, wanted_parent, (SELECT sha256 FROM models WHERE state = 'active'))
WHERE id = :id AND attempts < :attempts AND {_READY}
RETURNING id, pool, batch_id, settings, parent, promote, stage, round, done
"""  # noqa: S608 - a constant condition
_RENEW = """
UPDATE self_training_runs SET lease_until = now() + make_interval(secs => :seconds)
WHERE id = :id AND lease = :lease AND state = 'running'
"""
_ADVANCE = """
UPDATE self_training_runs SET stage = :stage, round = :round, done = :done, total = :total, attempts = 0
WHERE id = :id AND lease = :lease AND state = 'running'
"""
_HASHES = """
UPDATE self_training_runs SET hashes = CAST(:hashes AS jsonb) WHERE id = :id AND lease = :lease AND state = 'running'
"""
_RELEASE = """
UPDATE self_training_runs SET lease = NULL, lease_until = now() + make_interval(secs => :seconds)
WHERE id = :id AND lease = :lease AND state = 'running'
"""
_END = """
UPDATE self_training_runs SET state = :state, reason = :reason, gate = CAST(:gate AS jsonb), model = :model,
    lease = NULL, lease_until = 'epoch', finished_at = now()
WHERE id = :id AND lease = :lease AND state = 'running'
"""
_CANCEL = """
UPDATE self_training_runs SET state = 'cancelled', lease = NULL, lease_until = 'epoch', finished_at = now()
WHERE id = :id AND state IN ('pending', 'running')
"""
_EXHAUSTED = """
UPDATE self_training_runs SET state = 'failed', lease = NULL, lease_until = 'epoch', finished_at = now(),
    reason = attempts || ' workers died in stage "' || stage || '" of round ' || round
WHERE state IN ('pending', 'running') AND attempts >= :attempts AND lease_until < now()
"""


def submit(session: Session, request: SelfTrainingRequest) -> tuple[SelfTrainingId, bool]:
    """Store a run; False where the idempotency key has already made one.

    A pool that is a query or an upload becomes a batch like any other, in the same transaction. Raises JobError for an order
    that cannot be stored, NotFoundError for an unknown model, batch or upload, ConflictError where the idempotency key
    belongs to another request.
    """
    order = _storable(request.order)
    for name in (request.parent, *models_of(order)):
        _check_model(session, name)
    key = storable(request.idempotency_key)[:512] or None
    content = {
        "pool": _storable(request.pool.told()),
        "settings": order,
        "wanted_parent": request.parent or None,
        "promote": request.promote,
    }
    values = {"id": uuid4().hex, "trigger": request.trigger, "idempotency_key": key, **content}
    statement = insert(SelfTrainingRun).values(values).on_conflict_do_nothing(index_elements=["idempotency_key"])
    run_id = session.scalar(statement.returning(SelfTrainingRun.id))
    if run_id is None:
        return _same(session, key, content), False
    batch_id = _batch(session, request.pool, run_id)
    session.execute(text("UPDATE self_training_runs SET batch_id = :batch WHERE id = :id"), {"batch": batch_id, "id": run_id})
    return SelfTrainingId(run_id), True


def _storable(order: Mapping[str, object]) -> dict[str, object]:
    try:
        dumped = orjson.dumps(dict(order))
    except TypeError as error:  # orjson's own error is one
        raise JobError(f"the order cannot be stored: {error}") from error
    if b"\\u0000" in dumped or len(dumped) > _MOST_ORDER:
        raise JobError(f"the order has a NUL character or more than {_MOST_ORDER} bytes")
    stored: dict[str, object] = orjson.loads(dumped)
    return stored


def _check_model(session: Session, sha256: str) -> None:
    if not sha256:
        return
    state = session.scalar(select(Model.state).where(Model.sha256 == sha256))
    if state is None:
        raise NotFoundError(f"there is no model {sha256!r}")
    if state == ModelState.REJECTED:
        raise ConflictError(f"model {sha256[:12]} was rejected and has no files")


def _batch(session: Session, pool: Pool, run_id: str) -> str | None:
    """The batch that brings in the pool's documents, made where there is none yet; None where they are stored already."""
    match pool.kind:
        case PoolKind.DATES:
            return None
        case PoolKind.BATCH:
            known = session.scalar(select(Batch.id).where(Batch.id == pool.name))
            if known is None:
                raise NotFoundError(f"there is no batch {pool.name!r}")
            return known
        case PoolKind.QUERY:
            wanted = BatchRequest(query=pool.name)
        case PoolKind.UPLOAD:
            wanted = BatchRequest(uploads=(pool.name,))
    return batches.submit(session, replace(wanted, idempotency_key=f"self-training:{run_id}"))[0]


def _same(session: Session, key: str | None, content: Mapping[str, object]) -> SelfTrainingId:
    first = session.scalars(select(SelfTrainingRun).where(SelfTrainingRun.idempotency_key == key)).one()
    if {name: getattr(first, name) for name in content} != content:
        raise ConflictError(f"idempotency key {key!r} was used for another request")
    return SelfTrainingId(first.id)


def cancel(session: Session, run_id: str) -> None:
    """Stop a run; the worker that holds it ends its process and drops what it made. Cancelling twice does nothing more.

    A batch that was made for the run goes on. Raises NotFoundError, and ConflictError for a run that has ended.
    """
    if affected(session, _CANCEL, id=run_id):
        return
    state = session.scalar(select(SelfTrainingRun.state).where(SelfTrainingRun.id == run_id))
    if state is None:
        raise NotFoundError(f"there is no self-training run {run_id!r}")
    if state != SelfTrainingState.CANCELLED:
        raise ConflictError(f"self-training run {run_id} is {state}")


def waiting(session: Session, run_id: str = "") -> list[SelfTrainingId]:
    """Which runs (or whether this one) could be claimed now, oldest first."""
    condition = f"SELECT id FROM self_training_runs WHERE {_READY} AND (:id = '' OR id = :id) ORDER BY created_at, id"  # noqa: S608 - a constant condition
    return [SelfTrainingId(found) for found in session.scalars(text(condition), {"id": run_id})]


def batch_of(session: Session, run_id: str) -> str | None:
    """The batch that brings in the run's documents."""
    return session.scalar(select(SelfTrainingRun.batch_id).where(SelfTrainingRun.id == run_id))


def unfinished(session: Session, trigger: Trigger) -> bool:
    """Whether a run of this trigger has still to come to its end."""
    open_states = (SelfTrainingState.PENDING, SelfTrainingState.RUNNING)
    found = select(SelfTrainingRun.id).where(SelfTrainingRun.trigger == trigger, SelfTrainingRun.state.in_(open_states))
    return session.scalar(found.limit(1)) is not None


def over(session: Session, run_ids: list[str]) -> set[str]:
    """Those of `run_ids` that have ended; what is unknown here may be somebody else's."""
    open_states = (SelfTrainingState.PENDING, SelfTrainingState.RUNNING)
    ended = select(SelfTrainingRun.id).where(SelfTrainingRun.id.in_(run_ids), SelfTrainingRun.state.not_in(open_states))
    return set(session.scalars(ended))


def claim(session: Session, run_id: str, lease: Lease, *, max_attempts: int) -> ClaimedRun | None:
    """The run, if it is ready and nobody holds it. The first claim fixes its parent: the active model, unless one was named."""
    parameters = {"id": run_id, "lease": lease.token, "seconds": lease.seconds, "attempts": max_attempts}
    row = session.execute(text(_CLAIM), parameters).one_or_none()
    if row is None:
        return None
    return ClaimedRun(
        id=SelfTrainingId(row.id),
        pool=Pool.read(row.pool),
        batch_id=row.batch_id,
        order=row.settings,
        parent=row.parent or "",
        promote=row.promote,
        stage=row.stage,
        round=row.round,
        done=row.done,
    )


def renew(session: Session, run_id: str, lease: Lease) -> bool:
    """Hold the run for longer; False where it is no longer held: cancelled, or taken over."""
    return affected(session, _RENEW, id=run_id, lease=lease.token, seconds=lease.seconds) == 1


def release(session: Session, run_id: str, lease: Lease, seconds: float = 0.0) -> None:
    """Let another worker, or this one, go on with the run after `seconds`."""
    affected(session, _RELEASE, id=run_id, lease=lease.token, seconds=seconds)


def advance(session: Session, run: ClaimedRun, lease: Lease, total: int) -> None:
    """The run has come further than ever before; raises LeaseLostError."""
    place = {"stage": storable(run.stage)[:100], "round": run.round, "done": run.done, "total": total}
    _written(affected(session, _ADVANCE, id=run.id, lease=lease.token, **place), run.id)


def note_hashes(session: Session, run_id: str, lease: Lease, hashes: Mapping[str, object]) -> None:
    """What the run learns from; raises LeaseLostError."""
    dumped = orjson.dumps(dict(hashes)).decode()
    _written(affected(session, _HASHES, id=run_id, lease=lease.token, hashes=dumped), run_id)


def hold(session: Session, run_id: str, lease: Lease) -> None:
    """Lock the run until the commit; raises LeaseLostError where it is no longer held."""
    held = text("SELECT id FROM self_training_runs WHERE id = :id AND lease = :lease AND state = 'running' FOR UPDATE")
    _written(len(session.execute(held, {"id": run_id, "lease": lease.token}).all()), run_id)


def fail(session: Session, run_id: str, lease: Lease, reason: str) -> None:
    """The run cannot come to an end of its own; raises LeaseLostError."""
    _end(session, run_id, lease, SelfTrainingState.FAILED, reason)


def reject(session: Session, run: ClaimedRun, lease: Lease, reason: str, model: NewModel, *, trained: bool) -> None:
    """The gate did not let the candidate through; without `trained` there is none. Raises LeaseLostError."""
    hold(session, run.id, lease)
    if trained:
        models.record_rejected(session, model)
    _end(session, run.id, lease, SelfTrainingState.REJECTED, reason, model.metrics, model.sha256 if trained else None)


def accept(
    session: Session, run: ClaimedRun, lease: Lease, reason: str, model: NewModel, files: Mapping[str, bytes]
) -> SelfTrainingState:
    """Keep the candidate, and make it the active model if that was asked for and its parent still is; raises LeaseLostError."""
    hold(session, run.id, lease)
    models.register(session, model, files)
    state = _promoted(session, run, model)
    if state is SelfTrainingState.ACCEPTED and run.promote:
        reason = f"{reason}; another model is active now: promote it by hand"
    _end(session, run.id, lease, state, reason, model.metrics, model.sha256)
    return state


def _promoted(session: Session, run: ClaimedRun, model: NewModel) -> SelfTrainingState:
    now = models.active(session)
    if now == model.sha256:
        return SelfTrainingState.PROMOTED
    if not run.promote or now != run.parent:
        return SelfTrainingState.ACCEPTED
    models.promote(session, model.sha256, Act(f"self-training {run.id}", "it passed the gate"))
    return SelfTrainingState.PROMOTED


def _end(  # noqa: PLR0913, PLR0917 - the columns of an ended run
    session: Session,
    run_id: str,
    lease: Lease,
    state: SelfTrainingState,
    reason: str,
    gate: Mapping[str, object] | None = None,
    model: str | None = None,
) -> None:
    written = affected(
        session,
        _END,
        id=run_id,
        lease=lease.token,
        state=state.value,
        reason=storable(reason)[:_REASON],
        gate=orjson.dumps(dict(gate or {})).decode(),
        model=model,
    )
    _written(written, run_id)


def _written(rows: int, run_id: str) -> None:
    if rows != 1:
        raise LeaseLostError(f"self-training run {run_id} is no longer held by this worker")


def fail_exhausted(session: Session, max_attempts: int) -> int:
    """Fail the runs that killed or outlived every worker that claimed them; returns how many."""
    return affected(session, _EXHAUSTED, attempts=max_attempts)

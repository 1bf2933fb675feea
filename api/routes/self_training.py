"""Self-training: a model learns from literature that nobody has labelled, and shows what it took."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api import shapes
from api.broker import ring
from api.deps import IdempotencyKey, Services, ServicesDep, UnitDep
from api.errors import declared
from api.learning import Label, LedgerIn, SelfTraining, SelfTrainingIn, SelfTrainingRound, SelfTrainingsIn
from api.schemas import Page
from db import queries
from db.queries.self_training import Picture
from db.repository import batches
from db.repository import self_training as store
from db.unit_of_work import UnitOfWork
from dti.domain.self_training import SelfTrainingId

router = APIRouter(prefix="/v1/self-training/runs", tags=["self-training"])

RunPath = Annotated[str, Path(pattern=shapes.ID, description="id of the run")]
RoundPath = Annotated[int, Path(ge=1, le=2**31 - 1, description="number of the round")]
_PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}, "description": "a picture"}}


@router.post(
    "",
    status_code=202,
    summary="Start a self-training run",
    responses={
        **declared(404, 409),
        200: {"model": SelfTraining, "description": "what this Idempotency-Key has already made"},
    },
)
def start(
    body: SelfTrainingIn, held: ServicesDep, unit: UnitDep, response: Response, key: IdempotencyKey = None
) -> SelfTraining:
    """The run is durable once this answers; a worker of the train queue takes it up, and goes on with it after a crash.

    A query or an upload is read as a batch first, and stays in the knowledge base whatever becomes of the run.
    """
    run_id, created = store.submit(unit.session, body.to_request(key))
    view = queries.self_training.get(unit.session, run_id)
    if created:
        _ring_after_commit(held, unit, run_id, view.batch_id)
    unit.commit()
    response.status_code = 202 if created else 200
    response.headers["Location"] = f"/v1/self-training/runs/{run_id}"
    return SelfTraining.model_validate(view)


@router.get("", summary="List self-training runs, newest first", responses=declared())
def recent(wanted: Annotated[SelfTrainingsIn, Query()], unit: UnitDep) -> Page[SelfTraining]:
    """A run that is started meanwhile comes before the first page and moves no other."""
    return Page[SelfTraining].model_validate(queries.self_training.recent(unit.session, wanted.to_page(), wanted.state))


@router.get("/{run_id}", summary="Show how far a self-training run is, or how it ended", responses=declared(404))
def show(run_id: RunPath, unit: UnitDep) -> SelfTraining:
    """`stage`, `done` and `total` move while it runs; `reason` and `gate` tell how it ended."""
    return SelfTraining.model_validate(queries.self_training.get(unit.session, run_id))


@router.get("/{run_id}/rounds", summary="Show the reports of a run's rounds", responses=declared(404))
def rounds(run_id: RunPath, unit: UnitDep) -> list[SelfTrainingRound]:
    """Each as it was when the round ended; a running round is not there yet."""
    return [SelfTrainingRound.of(run_id, view) for view in queries.self_training.rounds(unit.session, run_id)]


@router.get(
    "/{run_id}/rounds/{number}/{picture}.png",
    summary="Show a picture of a round",
    responses={**declared(404), **_PNG},
    response_class=Response,
)
def picture(run_id: RunPath, number: RoundPath, picture: Picture, unit: UnitDep) -> Response:
    """The training curve, or the histograms of pseudo-labels against the training set."""
    found = queries.self_training.picture(unit.session, run_id, number, picture)
    return Response(found, media_type="image/png")


@router.get("/{run_id}/ledger", summary="List every label that a run considered", responses=declared(404))
def ledger(run_id: RunPath, wanted: Annotated[LedgerIn, Query()], unit: UnitDep) -> Page[Label]:
    """In the order in which they were considered, accepted and rejected ones, each with its reason."""
    found = queries.self_training.ledger(unit.session, run_id, wanted.to_filter(), wanted.to_page())
    return Page[Label].model_validate(found)


@router.post("/{run_id}/cancellation", summary="Stop a self-training run", responses=declared(404, 409))
def cancel(run_id: RunPath, unit: UnitDep) -> SelfTraining:
    """What it has shown stays, no model comes of it. Cancelling twice is the same as once."""
    store.cancel(unit.session, run_id)
    unit.commit()
    return SelfTraining.model_validate(queries.self_training.get(unit.session, run_id))


def _ring_after_commit(held: Services, unit: UnitOfWork, run_id: SelfTrainingId, batch_id: str | None) -> None:
    for _ in store.waiting(unit.session, run_id):
        unit.after_commit(partial(ring, held.queue.self_train, run_id))
    for work in batches.waiting(unit.session, batch_id) if batch_id else ():
        for bell, needed in ((held.queue.expand, work.steps), (held.queue.pull, work.queued)):
            if needed:
                unit.after_commit(partial(ring, bell, work.batch_id))

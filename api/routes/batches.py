"""Batches: what is to be read, and how far it is."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.broker import ring
from api.deps import BatchPath, IdempotencyKey, Services, ServicesDep, UnitDep
from api.errors import declared
from api.schemas import Batch, BatchIn, Item, ItemsIn, Page, PageIn
from db import queries
from db.repository import batches as store
from db.unit_of_work import UnitOfWork
from dti.domain.jobs import BatchId
from dti.errors import InputTooLargeError

router = APIRouter(prefix="/v1/batches", tags=["batches"])


@router.post(
    "",
    status_code=201,
    summary="Submit literature to be read",
    responses={**declared(404, 409, 413), 200: {"model": Batch, "description": "what this Idempotency-Key has already made"}},
)
def submit(body: BatchIn, held: ServicesDep, unit: UnitDep, response: Response, key: IdempotencyKey = None) -> Batch:
    """The batch is durable once this answers; it is read even where the broker is down at this moment."""
    request = body.to_request(key)
    if len(request.pmids) > (most := held.settings.max_pmids):
        raise InputTooLargeError(f"{len(request.pmids)} PMIDs in one batch; the limit is {most}: split them up")
    batch_id, created = store.submit(unit.session, request)
    summary = queries.batches.get(unit.session, batch_id)
    if created:
        _ring_after_commit(held, unit, batch_id)
    unit.commit()
    response.status_code = 201 if created else 200
    response.headers["Location"] = f"/v1/batches/{batch_id}"
    return Batch.of(summary)


@router.get("", summary="List batches, newest first", responses=declared())
def recent(page: Annotated[PageIn, Query()], unit: UnitDep) -> Page[Batch]:
    """A batch that is submitted meanwhile comes before the first page and moves no other."""
    found = queries.batches.recent(unit.session, page.to_page())
    return Page(items=[Batch.of(summary) for summary in found.items], next_cursor=found.next_cursor)


@router.get("/{batch_id}", summary="Show state, progress and counts of a batch", responses=declared(404))
def show(batch_id: BatchPath, unit: UnitDep) -> Batch:
    """Progress is null until every search and file of the batch has become documents."""
    return Batch.of(queries.batches.get(unit.session, batch_id))


@router.get("/{batch_id}/items", summary="List the documents of a batch", responses=declared(404))
def items(batch_id: BatchPath, page: Annotated[ItemsIn, Query()], unit: UnitDep) -> Page[Item]:
    """In the order they were added, whatever happens to their states between two pages."""
    found = queries.batches.items(unit.session, batch_id, page.to_page(), page.state)
    return Page(items=[Item.of(view) for view in found.items], next_cursor=found.next_cursor)


@router.post("/{batch_id}/cancel", summary="Stop a batch", responses=declared(404, 409))
def cancel(batch_id: BatchPath, unit: UnitDep) -> Batch:
    """What is finished stays; what is not becomes cancelled. Cancelling twice is the same as once."""
    store.cancel(unit.session, batch_id)
    unit.commit()
    return Batch.of(queries.batches.get(unit.session, batch_id))


@router.post("/{batch_id}/resubmit", summary="Try failed and cancelled documents again", responses=declared(404))
def resubmit(batch_id: BatchPath, held: ServicesDep, unit: UnitDep) -> Batch:
    """What has been read is not read again."""
    if store.resubmit(unit.session, batch_id):
        _ring_after_commit(held, unit, BatchId(batch_id))
    unit.commit()
    return Batch.of(queries.batches.get(unit.session, batch_id))


def _ring_after_commit(held: Services, unit: UnitOfWork, batch_id: BatchId) -> None:
    for work in store.waiting(unit.session, batch_id):
        bells = ((held.queue.expand, work.steps), (held.queue.pull, work.queued), (held.queue.extract, work.fetched))
        for bell, needed in bells:
            if needed:
                unit.after_commit(partial(ring, bell, batch_id))

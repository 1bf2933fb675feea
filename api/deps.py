"""What routes ask for, as annotated dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter
from celery import Celery
from fastapi import Depends, Header, Path, Request
from prometheus_client import CollectorRegistry

from api import shapes
from db.engine import SessionFactory
from db.unit_of_work import UnitOfWork
from dti.ports import JobQueue
from dti.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What one application lives on; made by `api.app`."""

    settings: Settings
    sessions: SessionFactory
    broker: Celery
    queue: JobQueue
    registry: CollectorRegistry
    storing: CapacityLimiter  # uploads are held in memory while they are stored


async def services(request: Request) -> Services:
    """The services of the application that answers this request. Async, so that no thread is needed for it."""
    held = request.app.state.services
    if not isinstance(held, Services):
        raise TypeError("the application was not made by create_app")
    return held


ServicesDep = Annotated[Services, Depends(services)]


def unit_of_work(held: ServicesDep) -> Iterator[UnitOfWork]:
    """A transaction for one request, rolled back unless the route commits it."""
    with UnitOfWork(held.sessions) as unit:
        yield unit


# The connection goes back to the pool before the answer goes out: a slow reader must not hold it.
UnitDep = Annotated[UnitOfWork, Depends(unit_of_work, scope="function")]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=shapes.KEY,
        description="a repeated request with the same key returns what the first one made instead of making another",
    ),
]
BatchPath = Annotated[str, Path(pattern=shapes.ID, description="id of the batch")]
TripletPath = Annotated[int, Path(ge=1, le=2**63 - 1, description="id of the triplet")]

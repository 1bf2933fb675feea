"""Whether the service lives, can work, and what it counts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import anyio
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Response
from kombu.exceptions import OperationalError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from api import broker
from api.deps import Services, ServicesDep
from api.errors import declared, problem
from db import queries
from db.unit_of_work import UnitOfWork
from dti.errors import DtiError

_LOG = logging.getLogger(__name__)

_SECONDS = 4.0  # after which a part does not answer
_SILENT = "does not answer"

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"


class Readiness(BaseModel):
    """Every part that a request needs, by name; "ok" or what is wrong."""

    status: str = Field(examples=["ready"])
    checks: dict[str, str] = Field(examples=[{"database": "ok", "migrations": "ok", "broker": "ok"}])


@router.get("/healthz", summary="Tell that the process answers")
async def healthz() -> Health:
    """Asks no other server, so a restart of this process can be decided on it."""
    # Async, so that it needs none of the threads that may all be waiting for another server.
    return Health()


@router.get(
    "/readyz",
    summary="Tell whether every part is in order",
    responses=declared(),
    response_model=Readiness,
)
async def readyz(held: ServicesDep) -> Readiness | Response:
    """503 with the same `checks` where one of them is not ok. Answers in seconds whatever the others do."""
    checks = await _checked(
        {
            "database": lambda: _database(held),
            "migrations": lambda: _migrations(held),
            "broker": lambda: broker.check(held.broker),
        }
    )
    failed = [name for name, state in checks.items() if state != "ok"]
    if failed:
        return problem(503, "not-ready", f"not in order: {', '.join(failed)}", headers={"Retry-After": "5"}, checks=checks)
    return Readiness(status="ready", checks=checks)


@router.get("/metrics", summary="Numbers in Prometheus' text format", response_class=Response)
def metrics(held: ServicesDep) -> Response:
    """Requests and latencies; items per state, triplets and queue depths at most 15 seconds old."""
    return Response(generate_latest(held.registry), media_type=CONTENT_TYPE_LATEST)


async def _checked(checks: Mapping[str, Callable[[], str | None]]) -> dict[str, str]:
    """What each check says, all at once; a thread that is still waiting for its server is left to it."""
    told = dict.fromkeys(checks, _SILENT)

    threads = CapacityLimiter(len(checks))  # the ones that requests share may all be waiting

    async def ask(name: str, check: Callable[[], str | None]) -> None:
        told[name] = await run_sync(_said, name, check, abandon_on_cancel=True, limiter=threads)

    with anyio.move_on_after(_SECONDS):
        async with anyio.create_task_group() as group:
            for name, check in checks.items():
                group.start_soon(ask, name, check)
    return told


def _said(name: str, check: Callable[[], str | None]) -> str:
    try:
        return check() or "ok"
    except (DtiError, OperationalError) as error:
        _LOG.warning("%s is not ready: %s", name, error)
        return _SILENT


def _database(held: Services) -> None:
    with UnitOfWork(held.sessions) as unit:
        unit.session.connection()


def _migrations(held: Services) -> str | None:
    with UnitOfWork(held.sessions) as unit:
        state = queries.schema.state(unit.session)
    return None if state.up_to_date else f"at {state.current or 'nothing'}, newest is {state.newest}: run `dti db migrate`"

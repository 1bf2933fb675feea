"""The application factory and composition root of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import CapacityLimiter
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from api import broker, errors
from api.deps import Services
from api.metrics import Readings, RequestMetrics, SystemCollector
from api.middleware import BodyLimit, Deadline, SecurityHeaders, StrictUtf8
from api.openapi import DescribedFastAPI, serve_documentation
from api.routes import batches, changes, documents, health, models, names, page, self_training, triplets, uploads
from db.engine import make_engine, make_session_factory
from db.queries import statistics
from db.unit_of_work import UnitOfWork
from dti.errors import SettingsError
from dti.settings import Settings
from workers.queue import CeleryJobQueue, usable

_DOCS = "/docs"
_BODY_FLOOR = 1024 * 1024
_BYTES_PER_PMID = 32
_STATEMENT_SECONDS = 15.0
_POOL_SECONDS = 4.0
_PATIENCE = _STATEMENT_SECONDS + 5.0


def create_app(settings: Settings, *, patience: float = _PATIENCE) -> FastAPI:
    """An application with its own connections, broker and metrics; raises SettingsError where an URL is missing.

    `patience` is how many seconds a request may take to begin its answer.
    """
    held = _services(settings)
    app = DescribedFastAPI(
        title="DTI",
        version=version("dti"),
        summary="Drug-target interactions from biomedical literature, each with its evidence sentence",
        description="Lists are paged by cursor. Every error is an RFC 9457 problem with a stable `code`.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.services = held
    errors.install(app)
    for module in (batches, uploads, triplets, changes, names, documents, models, self_training, health, page):
        app.include_router(module.router)
    serve_documentation(app, _DOCS)
    _install_middleware(app, held, patience)
    return app


def _services(settings: Settings) -> Services:
    broker_url = settings.broker_url.get_secret_value()
    if not broker_url:
        raise SettingsError("set DTI_BROKER_URL (`dti up` brings its own broker)")
    engine = make_engine(
        settings.database_url.get_secret_value(),
        pool_size=10,
        pool_timeout=_POOL_SECONDS,
        statement_timeout=_STATEMENT_SECONDS,
        application_name="dti-api",
    )
    app = broker.make_broker(usable(broker_url))
    held = Services(settings, make_session_factory(engine), app, CeleryJobQueue(app), CollectorRegistry(), CapacityLimiter(2))
    held.registry.register(SystemCollector(lambda: _readings(held)))
    return held


def _readings(held: Services) -> Readings:
    with UnitOfWork(held.sessions) as unit:
        return Readings(statistics.counts(unit.session), broker.depths(held.broker))


def _install_middleware(app: FastAPI, held: Services, patience: float) -> None:
    """The last one added sees the request first."""
    settings = held.settings
    body, large = max(_BODY_FLOOR, _BYTES_PER_PMID * settings.max_pmids), (uploads.PATH, models.PATH)
    app.add_middleware(BodyLimit, limit=body, by_path=dict.fromkeys(large, settings.max_upload_bytes))
    app.add_middleware(Deadline, seconds=patience, exempt=large)
    app.add_middleware(StrictUtf8)
    app.add_middleware(SecurityHeaders, documentation=_DOCS)
    app.add_middleware(RequestMetrics, registry=held.registry)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    held: Services = app.state.services
    held.sessions.kw["bind"].dispose()
    held.broker.close()

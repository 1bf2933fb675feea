"""The real application behind a real uvicorn, on a database and a broker of the test's own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import httpx
import pytest
import redis
import uvicorn

from api.app import create_app
from db.engine import SessionFactory, make_engine, make_session_factory
from db.repository import beliefs, documents, extractions
from db.unit_of_work import UnitOfWork
from dti.domain.documents import Document
from dti.domain.entities import Curie, Entity, EntityKind, Link
from dti.domain.evidence import Claim, Evidence, Extraction, Outcome, Span
from dti.domain.identity import Run
from dti.domain.triplets import Triplet
from dti.settings import Settings
from tests.integration.conftest import copied_database
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.redis_server import EmbeddedRedis

RUN = Run("tiny", "c" * 64, "0.1.0+test")

Serve = Callable[[Settings], str]
Store = Callable[..., None]


@contextmanager
def serving(settings: Settings, patience: float = 20.0) -> Iterator[str]:
    """URL of the application, served until the block ends."""
    # asyncio turns Nagle's algorithm off only where the protocol is named; it costs 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    app = create_app(settings, patience=patience)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def waiting(redis_url: str, queue: str) -> int:
    """How many messages a queue holds."""
    with closing(redis.Redis.from_url(redis_url)) as client:
        return int(client.llen(queue))


@pytest.fixture
def settings(database_url: str, redis_url: str) -> Settings:
    return Settings(database_url=database_url, broker_url=redis_url, max_upload_bytes=100_000)


@pytest.fixture
def url(settings: Settings) -> Iterator[str]:
    with serving(settings) as address:
        yield address


@pytest.fixture
def api(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def shared_settings(postgres: EmbeddedPostgres, template: str, redis_server: EmbeddedRedis) -> Iterator[Settings]:
    with copied_database(postgres, template) as database:
        yield Settings(database_url=database, broker_url=redis_server.url, max_upload_bytes=100_000)


@pytest.fixture(scope="module")
def shared_api(shared_settings: Settings) -> Iterator[httpx.Client]:
    """One application for all tests of a module, for requests that leave nothing behind."""
    with serving(shared_settings) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def shared_sessions(shared_settings: Settings) -> Iterator[SessionFactory]:
    engine = make_engine(shared_settings.database_url.get_secret_value())
    yield make_session_factory(engine)
    engine.dispose()


def claim(triplet: str, confidence: float, text: str, curies: tuple[str, str] | None = None) -> Claim:
    """A claim of "drug interaction target", grounded where both names stand in `text`."""
    drug, interaction, target = triplet.split()
    found = [_span(text, name) for name in (drug, target)]
    evidence = Evidence(text, Span(0, len(text)), *found)
    links = [Link(Entity(Curie(curie), "", EntityKind.DRUG), 1.0, "exact") for curie in curies or ()] or [Link(), Link()]
    return Claim(Triplet(drug, interaction, target), confidence, evidence, *links)


def _span(text: str, name: str) -> Span | None:
    start = text.find(name)
    return Span(start, start + len(name)) if start >= 0 else None


@pytest.fixture
def store(session_factory: SessionFactory) -> Store:
    """Stores one document with what was found in it."""

    def store_one(pmid: str, title: str, *claims: Claim, run: Run = RUN, reason: str = "") -> None:
        document = Document(source="pmid", id=pmid, pmid=pmid, title=title, abstract="We tell.", journal="J", published="2012")
        outcome = Outcome.EXTRACTED if claims else Outcome.NO_TRIPLET
        with UnitOfWork(session_factory) as unit:
            row = documents.upsert(unit.session, [document])[document.key]
            loaded = documents.load(unit.session, [row.id])[row.id]
            result = extractions.Result(
                row.id, loaded.content_sha256, Extraction(document, run, outcome, claims, reason=reason)
            )
            extractions.record(unit.session, run, [result])
            beliefs.recompute(unit.session)
            unit.commit()

    return store_one

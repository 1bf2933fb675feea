"""A database or a broker that is gone, bare or silent: what each route answers, and that it heals."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import httpx
import psutil
import pytest
from anyio.to_thread import current_default_thread_limiter, run_sync
from inline_snapshot import snapshot
from sqlalchemy import make_url, text

from api.app import create_app
from db.engine import make_engine
from dti.settings import Settings
from tests.integration.api.conftest import serving
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.redis_server import EmbeddedRedis

pytestmark = pytest.mark.integration

_NO_DATABASE = "postgresql+psycopg://dti:secret@127.0.0.1:1/dti"
_NO_BROKER = "redis://127.0.0.1:1/0"
_PATHS = {"batch_id": "b", "triplet_id": "1", "run_id": "r", "name": "abcdef", "path": "card.json", "picture": "curve"}
_QUERIES = {"/v1/names": {"typed": "a", "kind": "drug"}, "/v1/uploads": {"filename": "a"}}
_BODIES: dict[str, object] = {
    "/v1/batches": {"pmids": ["1"]},
    "/v1/self-training/runs": {"pool": {"published_from": "2024"}},
    "/v1/models/{name}/promotion": {"who": "me"},
    "/v1/models/rollback": {"who": "me"},
}
_WITHOUT_DATABASE = {"/healthz", "/metrics"}
# Its body is looked at first.
_REFUSED_EARLIER = {("POST", "/v1/models")}
_PAGES = ("/", "/triplets/1")


def _answers(client: httpx.Client) -> dict[tuple[str, str], httpx.Response]:
    """What every described operation answers, by method and template."""
    found = {}
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for method in operations:
            body = {"json": _BODIES[path]} if path in _BODIES and method == "post" else {}
            if path == "/v1/uploads":
                body = {"content": b"PMID- 1"}
            address = path.format_map(_Named())
            found[method.upper(), path] = client.request(method, address, params=_QUERIES.get(path), **body)
    return found


class _Named(dict[str, str]):
    """A value for every part of a path."""

    def __missing__(self, name: str) -> str:
        return _PATHS.get(name, "1")


@contextmanager
def _frozen(server: EmbeddedPostgres | EmbeddedRedis) -> Iterator[None]:
    """The server's processes are there, take connections as far as the system does, and say nothing."""
    assert server.pid
    parent = psutil.Process(server.pid)
    held = [parent, *parent.children(recursive=True)]
    for process in held:
        process.suspend()
    try:
        yield
    finally:
        for process in held:
            process.resume()


@contextmanager
def _client(settings: Settings, patience: float = 20.0) -> Iterator[httpx.Client]:
    with serving(settings, patience=patience) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


def _without_database(settings: Settings) -> Settings:
    return Settings(database_url=_NO_DATABASE, broker_url=settings.broker_url)


def test_without_a_database_every_route_asks_to_come_again(settings: Settings) -> None:
    with _client(_without_database(settings)) as client:
        answers = _answers(client)
        pages = [client.get(page, headers={"Accept": "text/html"}) for page in _PAGES]

    asked = {route: answer for route, answer in answers.items() if route[1] not in _WITHOUT_DATABASE}
    told = {route: (answer.status_code, answer.headers.get("retry-after")) for route, answer in asked.items()}
    assert told == dict.fromkeys(asked, (503, "5")) | dict.fromkeys(_REFUSED_EARLIER, (422, None))
    assert {answer.headers["content-type"] for answer in asked.values()} == {"application/problem+json"}
    assert not [route for route, answer in answers.items() if "secret" in answer.text or "Traceback" in answer.text]
    assert [(page.status_code, page.headers["retry-after"]) for page in pages] == [(503, "5")] * 2
    assert {page.headers["content-type"] for page in pages} == {"text/html; charset=utf-8"}
    assert [answers["GET", path].status_code for path in sorted(_WITHOUT_DATABASE)] == [200, 200]
    assert "dti_store_up 0.0" in answers["GET", "/metrics"].text


def test_readiness_tells_that_it_is_the_database(settings: Settings) -> None:
    with _client(_without_database(settings)) as client:
        ready, triplets = client.get("/readyz").json(), client.get("/v1/triplets").json()

    assert ready["checks"] == {"database": "does not answer", "migrations": "does not answer", "broker": "ok"}
    assert triplets == snapshot(
        {
            "type": "urn:dti:problem:store-unavailable",
            "title": "Service Unavailable",
            "status": 503,
            "detail": "the knowledge base does not answer, or is not ready; /readyz tells which part is at fault",
            "code": "store-unavailable",
        }
    )


def test_without_a_broker_no_route_fails_and_readiness_tells_it(settings: Settings) -> None:
    broken = settings.model_copy(update={"broker_url": Settings(broker_url=_NO_BROKER).broker_url})
    with _client(broken) as client:
        answers = _answers(client)

    ready = answers.pop(("GET", "/readyz"))
    assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")
    assert ready.json()["checks"] == {"database": "ok", "migrations": "ok", "broker": "does not answer"}
    assert {route: answer.status_code for route, answer in answers.items() if answer.status_code >= 500} == {}


def test_a_database_without_tables_asks_for_migration(settings: Settings) -> None:
    bare = make_url(settings.database_url.get_secret_value()).set(database="template1").render_as_string()
    with _client(Settings(database_url=bare, broker_url=settings.broker_url)) as client:
        answers = [client.get("/v1/triplets"), client.post("/v1/batches", json={"pmids": ["1"]}), client.get("/readyz")]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert "dti db migrate" in answers[-1].json()["checks"]["migrations"]


def test_a_silent_database_costs_a_request_its_patience_and_heals(settings: Settings, postgres: EmbeddedPostgres) -> None:
    with _client(settings, patience=1.0) as client:
        assert client.get("/v1/triplets").status_code == 200  # a connection waits in the pool: only its answer is missing
        with _frozen(postgres):
            late, ready, alive = client.get("/v1/triplets"), client.get("/readyz"), client.get("/healthz")
        healed = client.get("/v1/triplets")

    assert (late.status_code, late.json()["code"], late.headers["retry-after"]) == (503, "too-late", "5")
    assert late.headers["x-content-type-options"] == "nosniff"
    assert (ready.status_code, alive.status_code, healed.status_code) == (503, 200, 200)


def test_liveness_and_readiness_need_none_of_the_threads_that_requests_share(settings: Settings) -> None:
    app = create_app(settings, patience=5.0)

    async def answers() -> list[httpx.Response]:
        current_default_thread_limiter().total_tokens = 1
        enough, transport = threading.Event(), httpx.ASGITransport(app)
        async with anyio.create_task_group() as group, httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            group.start_soon(run_sync, enough.wait)
            await anyio.wait_all_tasks_blocked()
            found = [await client.get(path) for path in ("/healthz", "/readyz", "/v1/triplets")]
            enough.set()
        return found

    told = anyio.run(answers)
    app.state.services.sessions.kw["bind"].dispose()

    assert [answer.status_code for answer in told] == [200, 200, 503]


def test_readiness_names_what_is_silent(settings: Settings, postgres: EmbeddedPostgres) -> None:
    with _client(settings) as client:
        assert client.get("/readyz").json()["status"] == "ready"
        with _frozen(postgres):
            silent = client.get("/readyz").json()
        healed = client.get("/readyz").json()

    assert silent["checks"] == {"database": "does not answer", "migrations": "does not answer", "broker": "ok"}
    assert healed["status"] == "ready"


def test_a_silent_broker_is_named_and_batches_are_accepted(settings: Settings, redis_server: EmbeddedRedis) -> None:
    with _client(settings) as client:
        assert client.get("/readyz").json()["status"] == "ready"
        with _frozen(redis_server):
            ready, batch = client.get("/readyz").json(), client.post("/v1/batches", json={"pmids": ["1"]})
        healed = client.get("/readyz").json()

    assert ready["checks"] == {"database": "ok", "migrations": "ok", "broker": "does not answer"}
    assert (batch.status_code, healed["status"]) == (201, "ready")


def test_connections_that_the_server_cut_are_replaced(settings: Settings) -> None:
    with _client(settings) as client:
        assert client.get("/v1/triplets").status_code == 200
        engine = make_engine(settings.database_url.get_secret_value())
        with engine.begin() as connection:
            ours = "FROM pg_stat_activity WHERE application_name = 'dti-api' AND datname = current_database()"
            assert connection.scalar(text("SELECT count(pg_terminate_backend(pid)) " + ours))
        engine.dispose()
        assert client.get("/v1/triplets").status_code == 200

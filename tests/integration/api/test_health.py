"""Health, metrics and the description of the API."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import text

from db.engine import SessionFactory
from tests.integration.api.conftest import Store, claim

pytestmark = pytest.mark.integration


def test_a_migrated_service_is_ready(api: httpx.Client) -> None:
    assert api.get("/healthz").json() == {"status": "ok"}
    assert api.get("/readyz").json() == {"status": "ready", "checks": {"database": "ok", "migrations": "ok", "broker": "ok"}}


def test_a_database_that_is_behind_is_named(api: httpx.Client, session_factory: SessionFactory) -> None:
    with session_factory.begin() as session:
        session.execute(text("DELETE FROM alembic_version"))

    answer = api.get("/readyz")

    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "dti db migrate" in answer.json()["checks"]["migrations"]


def test_metrics_tell_requests_items_triplets_and_queues(api: httpx.Client, store: Store) -> None:
    store("1", "T", claim("a b c", 0.9, "t"))
    batch_id = api.post("/v1/batches", json={"pmids": ["1", "2"]}).json()["id"]
    api.get(f"/v1/batches/{batch_id}")
    api.get("/nowhere")

    lines = api.get("/metrics").text.splitlines()

    assert {
        'dti_http_requests_total{method="GET",route="/v1/batches/{batch_id}",status="200"} 1.0',
        'dti_http_requests_total{method="POST",route="/v1/batches",status="201"} 1.0',
        'dti_http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'dti_http_request_seconds_count{method="POST",route="/v1/batches"} 1.0',
        'dti_items{state="queued"} 2.0',
        'dti_items{state="failed"} 0.0',
        "dti_triplets 1.0",
        'dti_queue_depth{queue="pull"} 1.0',
        'dti_queue_depth{queue="extract"} 0.0',
        "dti_store_up 1.0",
    } <= set(lines)


def test_every_route_is_described_and_every_error_is_a_problem(api: httpx.Client) -> None:
    description = api.get("/openapi.json").json()

    operations = [operation for path in description["paths"].values() for operation in path.values()]
    assert all(operation["summary"] for operation in operations)
    bodies = {
        media
        for operation in operations
        for status, response in operation["responses"].items()
        if status >= "400"
        for media in response["content"]
    }
    assert bodies == {"application/problem+json"}
    assert "HTTPValidationError" not in description["components"]["schemas"]


def test_browsers_are_told_not_to_guess_or_frame(api: httpx.Client) -> None:
    answer = api.get("/v1/triplets", headers={"Origin": "https://elsewhere.example"})

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_documentation_page_needs_nothing_from_elsewhere(api: httpx.Client) -> None:
    page = api.get("/docs")
    needed = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "/docs-assets/swagger-ui-bundle.js" in needed
    assert [api.get(address).status_code for address in needed] == [200] * len(needed)

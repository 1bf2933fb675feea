"""Batches over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from inline_snapshot import snapshot
from sqlalchemy import func, select, text

from db.engine import SessionFactory
from db.models import Batch, Item
from dti.settings import Settings
from tests.integration.api.conftest import Store, serving, waiting

pytestmark = pytest.mark.integration


def test_a_batch_is_stored_and_the_bell_is_rung(api: httpx.Client, redis_url: str) -> None:
    answer = api.post("/v1/batches", json={"pmids": ["007", 8, "7", " 9 "]})

    body = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/batches/{body['id']}")
    assert {name: value for name, value in body.items() if name not in {"id", "created_at"}} == snapshot(
        {
            "state": "running",
            "finished_at": None,
            "request": {"pmids": 3, "query": "", "uploads": [], "refresh": False},
            "total": 3,
            "done": 0,
            "progress": 0.0,
            "counts": {
                "queued": 3,
                "fetched": 0,
                "extracted": 0,
                "no_triplet": 0,
                "no_abstract": 0,
                "failed": 0,
                "skipped": 0,
                "cancelled": 0,
            },
            "pending_steps": 0,
            "failures": [],
        }
    )
    assert api.get(f"/v1/batches/{body['id']}").json() == body
    assert (waiting(redis_url, "pull"), waiting(redis_url, "extract")) == (1, 0)


def test_a_query_is_a_step_whose_total_is_unknown(api: httpx.Client, redis_url: str) -> None:
    body = api.post("/v1/batches", json={"query": "aspirin AND 2012[dp]"}).json()

    assert (body["state"], body["progress"], body["pending_steps"]) == ("pending", None, 1)
    assert waiting(redis_url, "pull") == 1


def test_the_same_idempotency_key_makes_one_batch_even_at_the_same_moment(
    api: httpx.Client, session_factory: SessionFactory
) -> None:
    def submit(_: int) -> httpx.Response:
        return api.post("/v1/batches", json={"pmids": ["1", "2"]}, headers={"Idempotency-Key": "mine"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(submit, range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    with session_factory() as session:
        assert (session.scalar(select(func.count(Batch.id))), session.scalar(select(func.count(Item.id)))) == (1, 2)
    other = api.post("/v1/batches", json={"pmids": ["3"]}, headers={"Idempotency-Key": "mine"})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")


def test_a_file_is_sent_and_named_in_a_batch(api: httpx.Client) -> None:
    content = b"PMID- 1\nTI  - T\n"

    first = api.post("/v1/uploads", params={"filename": "../lib/a.nbib"}, content=content)
    again = api.post("/v1/uploads", params={"filename": "a.nbib"}, content=iter([content[:5], content[5:]]))
    batch = api.post("/v1/batches", json={"uploads": [first.json()["id"]]})

    assert (first.status_code, first.json()["filename"], first.json()["size"]) == (201, "a.nbib", len(content))
    assert again.json() == first.json()
    assert (batch.status_code, batch.json()["pending_steps"]) == (201, 1)


def test_items_are_paged_in_order_and_by_state(api: httpx.Client, session_factory: SessionFactory) -> None:
    batch_id = api.post("/v1/batches", json={"pmids": [str(n) for n in range(1, 8)]}).json()["id"]
    with session_factory.begin() as session:
        session.execute(text("UPDATE items SET state = 'failed', reason = 'no such record' WHERE key IN ('pmid:3', 'pmid:5')"))

    def pages(**params: str | int) -> list[tuple[str, str, str | None]]:
        rows, cursor = [], None
        while True:
            given = params | ({"cursor": cursor} if cursor else {})
            page = api.get(f"/v1/batches/{batch_id}/items", params=given).json()
            rows += [(row["key"], row["reason"], row["document"]) for row in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows

    assert [key for key, _, _ in pages(limit=3)] == [f"pmid:{n}" for n in range(1, 8)]
    assert pages(limit=1, state="failed") == [(f"pmid:{n}", "no such record", None) for n in (3, 5)]
    assert api.get(f"/v1/batches/{batch_id}").json()["counts"]["failed"] == 2


def test_batches_are_listed_newest_first_while_more_come_in(api: httpx.Client) -> None:
    made = [api.post("/v1/batches", json={"pmids": [str(n)]}).json()["id"] for n in range(1, 6)]

    first = api.get("/v1/batches", params={"limit": 3}).json()
    late = api.post("/v1/batches", json={"pmids": ["6"]}).json()["id"]
    second = api.get("/v1/batches", params={"limit": 3, "cursor": first["next_cursor"]}).json()

    assert [batch["id"] for page in (first, second) for batch in page["items"]] == made[::-1]
    assert second["next_cursor"] is None
    assert api.get("/v1/batches").json()["items"][0]["id"] == late


def test_a_batch_is_cancelled_once_and_resubmitted(api: httpx.Client, redis_url: str) -> None:
    batch_id = api.post("/v1/batches", json={"pmids": ["1"], "query": "egfr"}).json()["id"]

    cancelled = [api.post(f"/v1/batches/{batch_id}/cancel") for _ in range(2)]
    rung = waiting(redis_url, "pull")
    again = api.post(f"/v1/batches/{batch_id}/resubmit").json()

    assert [(answer.status_code, answer.json()["state"]) for answer in cancelled] == [(200, "cancelled")] * 2
    assert cancelled[0].json()["counts"]["cancelled"] == 1
    assert (again["state"], again["counts"]["queued"], again["pending_steps"]) == ("pending", 1, 1)
    assert waiting(redis_url, "pull") == rung + 2


def test_a_resubmitted_document_that_is_stored_goes_to_extraction(
    api: httpx.Client, session_factory: SessionFactory, store: Store, redis_url: str
) -> None:
    store("1", "T")
    batch_id = api.post("/v1/batches", json={"pmids": ["1"]}).json()["id"]
    with session_factory.begin() as session:
        session.execute(text("UPDATE items SET state = 'failed', document_id = (SELECT id FROM documents)"))

    again = api.post(f"/v1/batches/{batch_id}/resubmit").json()

    assert again["counts"]["fetched"] == 1
    assert waiting(redis_url, "extract") == 1
    assert api.get(f"/v1/batches/{batch_id}/items").json()["items"][0]["document"] == "/v1/documents/pmid:1"


def test_a_finished_batch_cannot_be_cancelled(api: httpx.Client, session_factory: SessionFactory) -> None:
    batch_id = api.post("/v1/batches", json={"pmids": ["1"]}).json()["id"]
    with session_factory.begin() as session:
        session.execute(text("UPDATE batches SET state = 'finished'"))

    answer = api.post(f"/v1/batches/{batch_id}/cancel")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_failed_steps_say_why(api: httpx.Client, session_factory: SessionFactory) -> None:
    batch_id = api.post("/v1/batches", json={"query": "egfr"}).json()["id"]
    with session_factory.begin() as session:
        session.execute(text("UPDATE steps SET state = 'failed', reason = 'NCBI refuses the term'"))

    assert api.get(f"/v1/batches/{batch_id}").json()["failures"] == ["query: NCBI refuses the term"]


def test_without_a_broker_a_batch_is_accepted_all_the_same(
    settings: Settings, session_factory: SessionFactory, caplog: pytest.LogCaptureFixture
) -> None:
    broken = settings.model_copy(update={"broker_url": Settings(broker_url="redis://127.0.0.1:1/0").broker_url})
    with serving(broken) as url:
        answer = httpx.post(f"{url}/v1/batches", json={"pmids": ["1"]}, timeout=30)

    assert answer.status_code == 201
    assert "accepted, but the broker does not answer" in caplog.text
    with session_factory() as session:
        assert session.scalar(select(Item.key)) == "pmid:1"

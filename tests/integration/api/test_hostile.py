"""Hostile input is refused with a clear 4xx problem, never with a 500, and never stored."""

from __future__ import annotations

import json
import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from inline_snapshot import snapshot
from sqlalchemy import func, select

from api.shapes import WORDS
from db.engine import SessionFactory
from db.models import Batch, Upload

pytestmark = pytest.mark.integration

_JSON = {"Content-Type": "application/json"}
_BODIES: dict[str, tuple[object, int]] = {
    "letters": ({"pmids": ["12", "DROP TABLE"]}, 422),
    "other digits": ({"pmids": ["١٢"]}, 422),
    "negative": ({"pmids": [-1]}, 422),
    "zero": ({"pmids": ["0"]}, 422),
    "fraction": ({"pmids": [1.5]}, 422),
    "truth": ({"pmids": [True]}, 422),
    "ten digits": ({"pmids": ["1234567890"]}, 422),
    "newline in a PMID": ({"pmids": ["12\n"]}, 422),
    "PMIDs as text": ({"pmids": "12"}, 422),
    "unknown field": ({"pmids": ["1"], "pmid": "2"}, 422),
    "nothing": ({}, 422),
    "empty": ({"pmids": [], "query": None}, 422),
    "no object": ([], 422),
    "NUL in query": ({"query": "aspirin\x00"}, 422),
    "escape in query": ({"query": "\x1b[31maspirin"}, 422),
    "blank query": ({"query": "   "}, 422),
    "long query": ({"query": "a" * 5000}, 422),
    "unknown upload": ({"uploads": ["nowhere"]}, 404),
    "NUL in upload": ({"uploads": ["a\x00"]}, 422),
    "lone surrogate": (b'{"query": "\\ud800"}', 422),
    "invalid UTF-8": (b'{"query": "\xff\xfe"}', 400),
    "no JSON": (b"{", 422),
    "deep": (b"[" * 200_000, 400),
    "huge number": (b'{"pmids": [' + b"9" * 5000 + b"]}", 400),
    "no number": (b'{"pmids": [NaN]}', 422),
    "too large": (b" " * 3_000_000, 413),
    "100,000 PMIDs": ({"pmids": [str(10_000_000 + number) for number in range(100_000)]}, 413),
    "100,000 wrong PMIDs": ({"pmids": ["x"] * 100_000}, 422),
}


@pytest.mark.parametrize(("body", "status"), _BODIES.values(), ids=_BODIES.keys())
def test_a_hostile_batch_is_refused(shared_api: httpx.Client, body: object, status: int) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    answer = shared_api.post("/v1/batches", content=content, headers=_JSON)

    assert answer.status_code == status, answer.text[:300]
    _assert_problem(answer)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/v1/triplets?drug=%00", 422),
        ("/v1/triplets?drug=a%0Ab", 422),
        ("/v1/triplets?drug=%FF%FE", 400),
        ("/v1/triplets?drug=" + "a" * 600, 422),
        ("/v1/triplets?drug=", 422),
        ("/v1/triplets?drugs=aspirin", 422),
        ("/v1/triplets?min_confidence=nan", 422),
        ("/v1/triplets?min_confidence=2", 422),
        ("/v1/triplets?pmid=1e3", 422),
        ("/v1/triplets?limit=100000", 422),
        ("/v1/triplets?cursor=AAAA", 400),
        ("/v1/triplets?cursor=%ff", 400),
        ("/v1/triplets?cursor=WyJpdGVtcyIsMV0", 400),  # of another list
        ("/v1/triplets?cursor=WyJ0cmlwbGV0cyIsMWU5OTld", 400),  # infinity
        ("/v1/triplets?cursor=WyJ0cmlwbGV0cyIsOTIyMzM3MjAzNjg1NDc3NTgwOF0", 400),  # 2**63
        ("/v1/triplets?cursor=W1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tb", 400),
        ("/v1/batches?cursor=WyJiYXRjaGVzIiwiMjAxMi0wMS0wMSIsImEiXQ", 400),  # without a time zone
        ("/v1/batches/%00", 422),
        ("/v1/batches/%FF", 400),
        ("/v1/batches/..%2f..%2fetc", 404),
        ("/v1/batches/nowhere/items?state=eaten", 422),
        ("/v1/triplets/99999999999999999999", 422),
        ("/v1/triplets/-1", 422),
        ("/v1/documents/a%00b", 422),
        ("/v1/documents/" + "9" * 300, 404),
    ],
)
def test_a_hostile_url_is_refused(shared_api: httpx.Client, target: str, status: int) -> None:
    answer = shared_api.get(target)

    assert answer.status_code == status, answer.text[:300]
    _assert_problem(answer)


@pytest.mark.parametrize(
    ("filename", "content", "status"),
    [
        ("a\x00b", b"x", 422),
        ("a" * 300, b"x", 422),
        ("", b"x", 422),
        ("empty.xml", b"", 422),
        ("large.xml", b"x" * 100_001, 413),
    ],
)
def test_a_hostile_upload_is_refused(shared_api: httpx.Client, filename: str, content: bytes, status: int) -> None:
    answer = shared_api.post("/v1/uploads", params={"filename": filename}, content=content)

    assert answer.status_code == status, answer.text
    _assert_problem(answer)


def test_an_upload_that_hides_its_size_ends_at_the_limit(shared_api: httpx.Client) -> None:
    answer = shared_api.post("/v1/uploads", params={"filename": "a.xml"}, content=(b"x" * 10_000 for _ in range(1000)))

    assert answer.status_code == 413
    _assert_problem(answer)


def test_an_upload_that_breaks_off_is_not_stored(shared_api: httpx.Client, shared_sessions: SessionFactory) -> None:
    address = urlsplit(str(shared_api.base_url))
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"POST /v1/uploads?filename=a.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart")

    assert shared_api.get("/healthz").status_code == 200
    with shared_sessions() as session:
        assert session.scalar(select(func.count(Upload.id))) == 0


@pytest.mark.parametrize("key", ["a b", "ä".encode("latin-1"), "x" * 201, ""])
def test_a_hostile_idempotency_key_is_refused(shared_api: httpx.Client, key: str | bytes) -> None:
    answer = shared_api.post("/v1/batches", json={"pmids": ["1"]}, headers={"Idempotency-Key": key})

    assert answer.status_code == 422
    _assert_problem(answer)


@pytest.mark.parametrize(("method", "path", "status"), [("DELETE", "/v1/triplets", 405), ("GET", "/v1/batches/", 404)])
def test_what_the_api_does_not_offer_is_a_problem_too(shared_api: httpx.Client, method: str, path: str, status: int) -> None:
    answer = shared_api.request(method, path)

    assert answer.status_code == status
    _assert_problem(answer)


def test_refusals_name_the_limit_and_the_place(shared_api: httpx.Client) -> None:
    many = shared_api.post("/v1/batches", json={"pmids": [str(number) for number in range(1, 50_002)]}).json()
    wrong = shared_api.post("/v1/batches", json={"pmids": ["1", "x"], "colour": "red"}).json()

    assert "50001 PMIDs" in many["detail"]
    assert "50000" in many["detail"]
    assert [(entry["location"], entry["field"]) for entry in wrong["errors"]] == [("body", "pmids.1"), ("body", "colour")]
    assert "digits" in wrong["errors"][0]["detail"]


def test_nothing_of_all_this_was_stored(shared_sessions: SessionFactory) -> None:
    with shared_sessions() as session:
        assert session.scalar(select(func.count(Batch.id))) == 0


def _assert_problem(answer: httpx.Response) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:dti:problem:{body['code']}"
    assert body["detail"]
    assert len(answer.content) < 10_000


def test_what_is_not_offered_is_named(shared_api: httpx.Client) -> None:
    told = [shared_api.get("/v1/models/no/such").json()["detail"], shared_api.delete("/v1/triplets").json()["detail"]]

    assert told == ["there is nothing at /v1/models/no/such", "this method does not go with /v1/triplets"]


def test_a_name_of_the_wrong_shape_is_refused_in_words(shared_api: httpx.Client) -> None:
    asked = ["/v1/models/zzz", "/v1/batches/a%20b", "/v1/triplets?published_from=May", "/v1/triplets?drug="]
    told = [shared_api.get(path).json()["detail"] for path in asked]

    assert told == snapshot(
        [
            'path name: is no name of a model: its SHA-256, the first six or more digits of it (0-9, a-f), or "active"',
            "path batch_id: is no id: at most 64 letters, digits, - and _",
            "query published_from: is no date: 2012, 2012-03 or 2012-03-09",
            "query drug: must not be empty",
        ]
    )


def test_every_pattern_of_the_api_has_words(shared_api: httpx.Client) -> None:
    description = shared_api.get("/openapi.json").text

    assert set(re.findall(r'"pattern":("(?:[^"\\]|\\.)*")', description)) == {json.dumps(pattern) for pattern in WORDS}

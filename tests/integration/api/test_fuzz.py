"""Whatever comes in, the answer is a success or a problem that blames the request, never a 5xx."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_from_bytes, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.integration

_NAMES = [
    "drug",
    "target",
    "interaction",
    "min_confidence",
    "pmid",
    "grounded",
    "limit",
    "cursor",
    "state",
    "filename",
    "accepted",
    "round",
    "document",
    "other",
]
_RUNS = "/v1/self-training/runs"
_MODELS = "/v1/models"
_LEARNING = [_RUNS, f"{_RUNS}/{{}}", f"{_RUNS}/{{}}/ledger", f"{_RUNS}/x/rounds/{{}}/curve.png", _MODELS, f"{_MODELS}/{{}}"]
_PATHS = [
    *_LEARNING,
    f"{_MODELS}/{{}}/files/{{}}",
    "/v1/batches",
    "/v1/batches/{}",
    "/v1/batches/{}/items",
    "/v1/triplets",
    "/v1/triplets/{}",
    "/v1/documents/{}",
    "/{}",
]
_ACTIONS = [
    f"{_RUNS}/{{}}/cancellation",
    f"{_MODELS}/{{}}/promotion",
    f"{_MODELS}/rollback",
    _MODELS,
    "/v1/batches/{}/cancel",
    "/v1/batches/{}/resubmit",
    "/v1/uploads",
    "/v1/triplets",
]

_leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_json = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner), max_leaves=8
)
_kinds = st.sampled_from(["batches", "items", "triplets", "evidence", "models", "self-training", "ledger"])
_cursors = st.tuples(_kinds, _leaves, _leaves | st.integers(1, 2**63 - 1)).map(
    lambda parts: base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
)
_numbers = st.integers(-(2**70), 2**70).map(str) | st.floats().map(str)
_values = st.one_of(
    st.text(max_size=30).map(lambda text: quote(text.encode(errors="replace"), safe="")),
    st.binary(max_size=12).map(quote_from_bytes),
    _numbers,
    _cursors,
    st.sampled_from(["true", "failed", "CHEBI:1", "%00", "%F0%9F%92%8A", "a:b", "1"]),
)
_queries = st.lists(st.tuples(st.sampled_from(_NAMES), _values), max_size=4).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
_bodies = st.one_of(
    st.binary(max_size=40),
    _json.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries({}, optional={"pmids": _json, "query": _json, "uploads": _json, "refresh": _json}).map(
        lambda value: json.dumps(value).encode()
    ),
)
_thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _blames_the_request(answer: httpx.Response) -> bool:
    if answer.status_code < 400:
        return True
    return (
        answer.status_code < 500 and answer.headers["content-type"] == "application/problem+json" and "detail" in answer.json()
    )


@_thorough
@given(path=st.sampled_from(_PATHS), part=_values.filter(bool), query=_queries)
def test_reading(shared_api: httpx.Client, path: str, part: str, query: str) -> None:
    answer = shared_api.get(f"{path.format(part, part)}?{query}")

    assert _blames_the_request(answer), answer.text


@_thorough
@given(body=_bodies, key=st.none() | st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=10))
def test_submitting(shared_api: httpx.Client, body: bytes, key: str | None) -> None:
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key.encode("latin-1")} if key else {})

    answer = shared_api.post("/v1/batches", content=body, headers=headers)

    assert _blames_the_request(answer), answer.text


@_thorough
@given(pool=_json, order=_json, parent=st.none() | st.text(max_size=10))
def test_starting(shared_api: httpx.Client, pool: object, order: object, parent: str | None) -> None:
    for body in ({"pool": pool, "order": order}, {"pool": {"published_to": "2030"}, "order": order, "parent": parent}):
        content = json.dumps(body).encode()
        answer = shared_api.post(_RUNS, content=content, headers={"Content-Type": "application/json"})

        assert _blames_the_request(answer), answer.text


@_thorough
@given(path=st.sampled_from(_ACTIONS), part=_values.filter(bool), query=_queries, body=st.binary(max_size=40))
def test_acting(shared_api: httpx.Client, path: str, part: str, query: str, body: bytes) -> None:
    answer = shared_api.post(f"{path.format(part, part)}?{query}", content=body)

    assert _blames_the_request(answer), answer.text


@_thorough
@given(name=st.text(min_size=1, max_size=60))
def test_any_printable_name_can_be_asked_for(shared_api: httpx.Client, name: str) -> None:
    printable = "".join(char for char in name if char.isprintable()).strip()
    if not printable:
        return

    answer = shared_api.get(f"/v1/triplets?{urlencode({'drug': printable, 'target': printable})}")

    assert (answer.status_code, answer.json()["items"]) == (200, [])

"""The client against answers of our choice; the real service answers it in tests/integration/api."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from dti.client import DtiClient
from dti.client.answers import Batch
from dti.errors import ServiceError, ServiceUnavailableError

_URL = "http://service.example"


def _client(handler: Callable[[httpx.Request], httpx.Response]) -> DtiClient:
    return DtiClient(_URL, transport=httpx.MockTransport(handler))


def _problem(status: int, detail: str) -> httpx.Response:
    return httpx.Response(status, json={"detail": detail}, headers={"content-type": "application/problem+json"})


def test_a_problem_becomes_an_error_with_its_detail() -> None:
    with (
        _client(lambda _: _problem(422, "body pmids.0: no digits")) as client,
        pytest.raises(ServiceError, match="no digits") as caught,
    ):
        client.submit(pmids=["x"])

    assert not caught.value.retryable


def test_a_service_that_cannot_work_now_is_an_error_to_retry() -> None:
    with (
        _client(lambda _: _problem(503, "the knowledge base does not answer")) as client,
        pytest.raises(ServiceUnavailableError),
    ):
        client.batch("b")


def test_nobody_listening_asks_for_the_stack() -> None:
    with DtiClient("http://127.0.0.1:1") as client, pytest.raises(ServiceUnavailableError, match="is `dti up` running"):
        client.batch("b")


@pytest.mark.parametrize("url", ["nonsense", "http://a:port", "ftp://127.0.0.1"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(ServiceError, match=url), DtiClient(url) as client:
        client.batch("b")


def test_another_server_is_told_from_the_service() -> None:
    with _client(lambda _: httpx.Response(200, text="<html>")) as client, pytest.raises(ServiceError, match="no DTI service"):
        client.batch("b")
    with _client(lambda _: httpx.Response(404, text="<html>")) as client, pytest.raises(ServiceError, match="404 Not Found"):
        client.batch("b")


def test_lists_go_on_over_all_pages() -> None:
    pages = {None: {"items": [1, 2], "next_cursor": "c"}, "c": {"items": [3], "next_cursor": None}}
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        return httpx.Response(200, json=pages[request.url.params.get("cursor")])

    with _client(answer) as client:
        assert list(client.triplets(drug="aspirin", grounded=True, target=None)) == [1, 2, 3]
    assert asked[0] == {"drug": "aspirin", "grounded": "true", "limit": "100"}
    assert asked[1] == asked[0] | {"cursor": "c"}


def test_waiting_survives_a_restart_of_the_service() -> None:
    answers = iter(["running", httpx.ConnectError("refused"), 503, "running", "finished"])

    def answer(_: httpx.Request) -> httpx.Response:
        following = next(answers)
        if isinstance(following, Exception):
            raise following
        return _problem(following, "not now") if isinstance(following, int) else httpx.Response(200, json={"state": following})

    seen: list[Batch] = []
    with _client(answer) as client:
        ended = client.wait("b", on_progress=seen.append, poll=0)

    assert ended["state"] == "finished"
    assert [batch["state"] for batch in seen] == ["running", "running", "finished"]


def test_waiting_for_a_batch_that_is_not_there_ends_at_once() -> None:
    with _client(lambda _: _problem(404, "there is no batch")) as client, pytest.raises(ServiceError, match="no batch"):
        client.wait("b", poll=0)


def test_every_submission_has_a_key_of_its_own() -> None:
    keys = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return httpx.Response(201, json={})

    with _client(answer) as client:
        client.submit(pmids=["1"])
        client.submit(pmids=["1"])
        client.submit(pmids=["1"], idempotency_key="mine")

    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_names_cannot_leave_their_place_in_the_path() -> None:
    paths = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(200, json={})

    with _client(answer) as client:
        client.batch("../x?y")
        client.document("file:a/b c")

    assert paths == [b"/v1/batches/..%2Fx%3Fy", b"/v1/documents/file:a%2Fb%20c"]


class _CutShort(httpx.SyncByteStream):
    """A table whose service dies under it."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"triplet\n1\n"
        raise httpx.RemoteProtocolError("incomplete chunked read")


def test_a_table_that_breaks_off_is_an_error_after_what_came() -> None:
    with _client(lambda _: httpx.Response(200, stream=_CutShort())) as client:
        pieces = client.triplet_table()
        assert next(pieces) == b"triplet\n1\n"
        with pytest.raises(ServiceUnavailableError, match="incomplete chunked read"):
            next(pieces)


def test_a_refused_table_is_told_as_any_other_answer() -> None:
    with _client(lambda _: _problem(503, "come again")) as client, pytest.raises(ServiceUnavailableError, match="come again"):
        next(client.triplet_table(drug="x"))

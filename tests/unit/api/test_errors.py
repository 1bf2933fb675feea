"""Every error leaves as a problem, and none tells what is inside."""

from __future__ import annotations

import asyncio
import inspect

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from api.errors import install
from dti import errors
from dti.errors import DtiError


def _answer(error: Exception) -> httpx.Response:
    app = FastAPI()
    install(app)

    @app.get("/")
    def fail() -> None:
        raise error

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.get("/")

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFoundError("there is no batch 'b'"), 404),
        (errors.ConflictError("finished"), 409),
        (errors.BadCursorError("not ours"), 400),
        (errors.InputTooLargeError("the limit is 5"), 413),
        (errors.JobError("no PMIDs"), 422),
        (errors.MalformedInputError("no XML", place="a.xml"), 422),
        (errors.UnsupportedFormatError("a.doc"), 415),
        (HTTPException(413, "the request body exceeds 5 bytes"), 413),
    ],
)
def test_a_fault_of_the_request_says_what_it_is(error: Exception, status: int) -> None:
    answer = _answer(error)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"] == (error.detail if isinstance(error, HTTPException) else str(error))


def test_a_database_that_does_not_answer_is_to_be_asked_again_and_keeps_its_address() -> None:
    answer = _answer(errors.StoreUnavailableError("connection to dti:secret@10.0.0.1 failed"))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "10.0.0.1" not in answer.text


@pytest.mark.parametrize("error", [RuntimeError("secret"), errors.StoreError("secret"), errors.CheckpointError("secret")])
def test_our_own_faults_are_logged_not_told(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    answer = _answer(error)

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert "secret" in caplog.text


def test_every_deliberate_error_becomes_a_problem() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, DtiError)]

    answers = {kind: _answer(kind("reason")) for kind in kinds}

    assert {answer.headers["content-type"] for answer in answers.values()} == {"application/problem+json"}
    assert {answer.status_code for answer in answers.values()} <= {400, 404, 409, 413, 415, 422, 500, 503}

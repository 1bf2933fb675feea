"""Every error leaves as RFC 9457 problem+json, and none of them tells what is inside the process."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.html import refusal
from api.shapes import WORDS
from dti import errors
from dti.errors import DtiError

_LOG = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "5"
_STORE_DOWN = "the knowledge base does not answer, or is not ready; /readyz tells which part is at fault"
_MOST_FIELD_ERRORS = 20
_FOR_PROGRAMS = "/v1/"

# pydantic's words for its own programmers, by type of error, in ours.
_PLAINLY: Mapping[str, str] = {
    "extra_forbidden": "there is no such parameter",
    "missing": "is required",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "model_attributes_type": "must be a JSON object",
    "model_type": "must be a JSON object",
}
_VALUE_ERROR = "Value error, "
# What the router itself says is the status once more.
_NO_ROUTE: Mapping[int, str] = {404: "there is nothing at", 405: "this method does not go with"}

_STATUS: Mapping[type[DtiError], HTTPStatus] = {
    errors.MalformedInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnsupportedFormatError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.InputTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.OptionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.BadCursorError: HTTPStatus.BAD_REQUEST,
    errors.StoreUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.JobError: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class FieldProblem(BaseModel):
    """What is wrong with one part of the request."""

    location: str = Field(description="body, query, path or header", examples=["body"])
    field: str = Field(examples=["pmids.3"])
    detail: str = Field(examples=["a PMID is a number of at most nine digits"])


class Problem(BaseModel):
    """RFC 9457 problem details; `code` is stable, `detail` is for people."""

    type: str = Field(examples=["urn:dti:problem:not-found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no batch 'b1'"])
    code: str = Field(examples=["not-found"])
    errors: list[FieldProblem] = Field(default_factory=list, description="parts of the request that were refused")


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    fields: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
    **extensions: object,
) -> JSONResponse:
    """A problem response; `extensions` become further members."""
    body = Problem(
        type=f"urn:dti:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        errors=list(fields),
    )
    content = body.model_dump(exclude_defaults=True) | extensions
    return JSONResponse(content, status, dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every exception with a problem."""
    app.add_exception_handler(DtiError, _readable(_deliberate))
    app.add_exception_handler(RequestValidationError, _readable(_invalid))
    app.add_exception_handler(HTTPException, _readable(_http))
    app.add_exception_handler(Exception, _readable(_unexpected))


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses of a route: its own errors and those that any route may give."""
    texts = {status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in (*statuses, 400, 422, 500, 503)}
    return dict(sorted(texts.items()))


def _readable(
    handler: Callable[[Request, Exception], Awaitable[JSONResponse]],
) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The same answer as a page where a person waits for one."""

    async def answer(request: Request, error: Exception) -> Response:
        response = await handler(request, error)
        if request.url.path.startswith(_FOR_PROGRAMS) or "text/html" not in request.headers.get("accept", ""):
            return response
        told = Problem.model_validate_json(bytes(response.body))
        kept = {name: value for name, value in response.headers.items() if name not in {"content-type", "content-length"}}
        return refusal(told.status, told.title, told.detail, kept)

    return answer


async def _deliberate(request: Request, error: Exception) -> JSONResponse:
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), None)
    if status is None:
        return await _unexpected(request, error)
    code = error.code if isinstance(error, DtiError) else "internal"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        _LOG.warning("%s %s: %s", request.method, request.url.path, error)
        return problem(status, code, _STORE_DOWN, headers={"Retry-After": RETRY_AFTER_SECONDS})
    return problem(status, code, str(error))


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    raw = error.errors() if isinstance(error, RequestValidationError) else []
    fields = [_field(entry) for entry in raw[:_MOST_FIELD_ERRORS]]
    more = f" (and {len(raw) - 1} more)" if len(raw) > 1 else ""
    first = f"{fields[0].location} {fields[0].field}".strip() + f": {fields[0].detail}" if fields else "invalid request"
    return problem(422, "invalid-request", first + more, fields=fields)


def _field(entry: Mapping[str, Any]) -> FieldProblem:
    """Without the offending value: it may be huge, and it may not be printable."""
    location, *path = [str(part) for part in entry["loc"]] or ["request"]
    return FieldProblem(location=location, field=_printable(".".join(path)), detail=_printable(_detail(entry)))


def _detail(entry: Mapping[str, Any]) -> str:
    if entry["type"] == "json_invalid":
        return f"not valid JSON: {entry['ctx']['error']}"
    if entry["type"] == "string_pattern_mismatch" and (words := WORDS.get(entry["ctx"]["pattern"])):
        return words
    return _PLAINLY.get(entry["type"], entry["msg"].removeprefix(_VALUE_ERROR))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:200])


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    told = _NO_ROUTE.get(error.status_code) if error.detail == phrase else None
    detail = f"{told} {_printable(request.url.path)}" if told else str(error.detail)
    return problem(error.status_code, phrase.lower().replace(" ", "-"), detail, headers=error.headers)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "internal", "the service failed; its log says why")

"""What every request passes before it meets a route, and every response after."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import RETRY_AFTER_SECONDS, problem

_LOG = logging.getLogger(__name__)

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_TOO_LATE = "the service did not answer in time; /readyz tells which part is at fault"
_POLICY = "default-src 'none'; frame-ancestors 'none'"
# Swagger UI begins with a script in its page, and draws with styles and pictures that it makes up.
_DOCUMENTATION_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'"
)


class SecurityHeaders:
    """Tells browsers not to guess, frame or keep. The page of the API's documentation may run its own scripts."""

    def __init__(self, app: ASGIApp, *, documentation: str) -> None:
        self._app = app
        self._documentation = documentation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the headers to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                policy = _DOCUMENTATION_POLICY if scope["path"] == self._documentation else _POLICY
                headers.setdefault("Content-Security-Policy", policy)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Deadline:
    """Answers 503 where a response has not begun in time, whatever its thread still waits for: that may never answer.

    `exempt` are paths to which large bodies are posted; receiving and storing them takes as long as it takes.
    """

    def __init__(self, app: ASGIApp, *, seconds: float, exempt: Collection[str]) -> None:
        self._app = app
        self._seconds = seconds
        self._exempt = frozenset(exempt)
        self._late: set[asyncio.Task[None]] = set()  # the loop itself would forget them

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and watch over the beginning of its response."""
        if scope["type"] != "http" or (scope["method"] == "POST" and scope["path"] in self._exempt):
            await self._app(scope, receive, send)
            return
        begun, late = asyncio.Event(), False

        async def send_in_time(message: Message) -> None:
            if not late:
                begun.set()
                await send(message)

        work = asyncio.create_task(self._passed(scope, receive, send_in_time, begun))
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(begun.wait(), self._seconds)
        except asyncio.CancelledError:
            work.cancel()
            raise
        if begun.is_set():
            await work
            return
        late = True
        self._leave(work)
        _LOG.warning("%s %s: no answer after %g seconds", scope["method"], scope["path"], self._seconds)
        headers = {"Retry-After": RETRY_AFTER_SECONDS}
        await problem(503, "too-late", _TOO_LATE, headers=headers)(scope, receive, send)

    def _leave(self, work: asyncio.Task[None]) -> None:
        """To its end, of which nobody hears."""
        self._late.add(work)

        def ended(task: asyncio.Task[None]) -> None:
            self._late.discard(task)
            if not task.cancelled():
                task.exception()

        work.add_done_callback(ended)

    async def _passed(self, scope: Scope, receive: Receive, send: Send, begun: asyncio.Event) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            begun.set()


class StrictUtf8:
    """Refuses a URL whose escapes are no UTF-8; the server would replace them by U+FFFD and search for that."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 400, or pass the request on."""
        if scope["type"] == "http" and not (_is_utf8(scope.get("raw_path") or b"") and _is_utf8(scope["query_string"])):
            await problem(400, "not-utf8", "the URL is not valid UTF-8")(scope, receive, send)
            return
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses bodies above a size, by the length they announce or, without one, as they come in."""

    def __init__(self, app: ASGIApp, *, limit: int, by_path: Mapping[str, int]) -> None:
        self._app = app
        self._limit = limit
        self._by_path = by_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413, or pass the request on with a body that ends at the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._by_path.get(scope["path"], self._limit)
        detail = f"the request body exceeds {limit} bytes"
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            await problem(413, "input-too-large", detail, headers={"Connection": "close"})(scope, receive, send)
            return
        seen = 0

        async def receive_within_limit() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, detail, {"Connection": "close"})
            return message

        await self._app(scope, receive_within_limit, send)


def _is_utf8(escaped: bytes) -> bool:
    try:
        unquote_to_bytes(escaped).decode()
    except UnicodeDecodeError:
        return False
    return True

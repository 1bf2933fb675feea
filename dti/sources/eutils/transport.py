"""One request to an E-utility: rate-limited, bounded in size and time, repeated where that can help."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_before_delay,
    wait_exponential_jitter,
)

from dti.errors import (
    BadAnswerError,
    DtiError,
    InputTooLargeError,
    RateLimitedError,
    RequestRefusedError,
    SettingsError,
    SourceUnavailableError,
)
from dti.ports import RateLimiter
from dti.sources.eutils.answers import check

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to try: waits grow from `first_wait` to `longest_wait` seconds with jitter, all within `total` seconds.

    `answer` bounds one answer in seconds, however slowly it drips in, `max_bytes` its size; `silence` is the longest
    pause between two bytes. `sleep` spends the waits.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 20.0
    total: float = 60.0
    silence: float = 20.0
    answer: float = 60.0
    max_bytes: int = 64 * 1024 * 1024
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What NCBI wants to know of its callers; `tool` and `email` are the registered ones."""

    tool: str
    email: str
    api_key: str = ""

    @property
    def params(self) -> dict[str, str]:
        """As request parameters; NCBI refuses an empty key, so there is none."""
        return {"tool": self.tool, "email": self.email} | ({"api_key": self.api_key} if self.api_key else {})

    def redact(self, text: str) -> str:
        """Without the key: NCBI quotes a key that it refuses."""
        return text.replace(self.api_key, "(api_key)") if self.api_key else text


class Transport:
    """Sends requests to the E-utilities at `base_url`; safe to share between threads.

    Raises SettingsError if `base_url` is none. All requests are POST: lists of ids and long terms need it, and it keeps
    the key out of addresses and logs.
    """

    def __init__(self, base_url: str, identity: Identity, limiter: RateLimiter, patience: Patience) -> None:
        self._base_url = _checked(base_url).rstrip("/")
        self._identity = identity
        self._limiter = limiter
        self._patience = patience
        self._http = httpx.Client(timeout=httpx.Timeout(patience.silence))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, utility: str, params: Mapping[str, str], read: Callable[[bytes], T], *, attempts: int = 0) -> T:
        """Read the answer of a utility such as "esearch" with `read`; `attempts` overrides the patience with bad answers.

        Raises RequestRefusedError at once, and after the last attempt RateLimitedError, BadAnswerError or
        SourceUnavailableError (not reachable). `read` raises BadAnswerError to have the request repeated.
        """
        if not self._identity.tool or not self._identity.email:
            raise RequestRefusedError("NCBI wants to know who asks: set a tool and an email address (DTI_NCBI_EMAIL)")
        patience = self._patience
        retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, SourceUnavailableError)),
            stop=lambda state: self._enough(state, attempts),
            wait=self._pause,
            before_sleep=lambda state: self._report(utility, state),
            sleep=patience.sleep,
            reraise=True,
        )
        answer: T = retrying(self._once, utility, params, read)
        return answer

    def _enough(self, state: RetryCallState, attempts: int) -> bool:
        """Only bad answers may be given up early: dividing a request does not help where nobody answers."""
        most = attempts if attempts and isinstance(_failure(state), BadAnswerError) else self._patience.attempts
        return state.attempt_number >= most or stop_before_delay(self._patience.total)(state)

    def _pause(self, state: RetryCallState) -> float:
        patience = self._patience
        growing = wait_exponential_jitter(patience.first_wait, patience.longest_wait, jitter=patience.first_wait)(state)
        error = _failure(state)
        asked = error.retry_after if isinstance(error, RateLimitedError) and error.retry_after else 0.0
        return max(growing, asked)

    def _report(self, utility: str, state: RetryCallState) -> None:
        _LOG.warning(
            "%s, attempt %d: %s; again in %.1f s", utility, state.attempt_number, _failure(state), state.upcoming_sleep
        )

    def _once(self, utility: str, params: Mapping[str, str], read: Callable[[bytes], T]) -> T:
        self._limiter.wait()
        try:
            status, retry_after, body = self._post(f"{self._base_url}/{utility}.fcgi", params)
            check(status, body, retry_after)
        except httpx.HTTPError as error:
            kind = BadAnswerError if isinstance(error, httpx.ReadTimeout | httpx.DecodingError) else SourceUnavailableError
            raise kind(f"NCBI: {error or type(error).__name__}") from error
        except DtiError as error:
            error.args = tuple(self._identity.redact(str(part)) for part in error.args)
            raise
        return read(body)

    def _post(self, url: str, params: Mapping[str, str]) -> tuple[int, float | None, bytes]:
        data = {"db": "pubmed"} | dict(params) | self._identity.params
        with self._http.stream("POST", url, data=data) as response:
            return response.status_code, _seconds(response.headers.get("Retry-After", "")), self._body(response)

    def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        deadline = time.monotonic() + self._patience.answer
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._patience.max_bytes:
                    raise InputTooLargeError(f"NCBI: an answer of more than {self._patience.max_bytes} bytes")
                if time.monotonic() > deadline:
                    raise BadAnswerError(f"NCBI: an answer of more than {self._patience.answer:g} s")
        except (httpx.ReadError, httpx.RemoteProtocolError) as error:
            raise BadAnswerError(f"NCBI: truncated answer ({error})") from error
        return bytes(body)


def _checked(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise SettingsError(f"the address of the E-utilities: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise SettingsError(f"the address of the E-utilities must begin with https:// or http://, not {base_url!r}")
    return base_url


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _seconds(retry_after: str) -> float | None:
    """Retry-After in seconds; its other form, a date, is not used by NCBI and counts as absent."""
    return float(retry_after) if retry_after.strip().isdecimal() else None

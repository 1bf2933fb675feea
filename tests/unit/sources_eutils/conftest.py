"""A local E-utilities server, and a client that is impatient and notes its waits instead of spending them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from dti.sources.eutils import EutilsClient, Patience
from tests.ncbi_server import NcbiServer


class CountingLimiter:
    """Implements `dti.ports.RateLimiter`: never waits, counts the calls."""

    def __init__(self) -> None:
        self.calls = 0

    def wait(self) -> None:
        self.calls += 1


@pytest.fixture
def server() -> Iterator[NcbiServer]:
    with NcbiServer() as running:
        yield running


@pytest.fixture
def limiter() -> CountingLimiter:
    return CountingLimiter()


@pytest.fixture
def waits() -> list[float]:
    """The waits between attempts, in seconds."""
    return []


@pytest.fixture
def connect(limiter: CountingLimiter, waits: list[float]) -> Iterator[Callable[..., EutilsClient]]:
    with ExitStack() as clients:

        def make(url: str, *, tool: str = "dti-tests", email: str = "dti@example.org", api_key: str = "", **patience: float):
            settings = Patience(sleep=waits.append, **patience)
            client = EutilsClient(base_url=url, tool=tool, email=email, api_key=api_key, limiter=limiter, patience=settings)
            return clients.enter_context(client)

        yield make


@pytest.fixture
def client(server: NcbiServer, connect: Callable[..., EutilsClient]) -> EutilsClient:
    return connect(server.url)

"""The bell on a real broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
import redis

from dti.domain.jobs import BatchId
from tests.integration.workers.conftest import FakeBell
from tests.programs import free_port, wait_for
from workers.app import make_app
from workers.bell import SingleBell
from workers.queue import EXTRACT_QUEUE, PULL_QUEUE, CeleryJobQueue

pytestmark = pytest.mark.integration

ONE, TWO = BatchId("one"), BatchId("two")


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with closing(redis.Redis.from_url(redis_url)) as client:
        yield client


def test_a_bell_rings_once_until_somebody_hears_it(client: redis.Redis) -> None:
    inner = FakeBell()
    bell = SingleBell(inner, client, 60)

    for _ in range(3):
        bell.pull(ONE)
        bell.extract(ONE)
        bell.pull(TWO)
    assert inner.rung == [("pull", ONE), ("extract", ONE), ("pull", TWO)]

    bell.heard("pull", ONE)
    bell.pull(ONE)
    bell.extract(ONE)
    assert inner.rung[3:] == [("pull", ONE)]


def test_a_bell_that_nobody_answers_rings_again_after_a_while(client: redis.Redis) -> None:
    inner = FakeBell()
    bell = SingleBell(inner, client, 0.05)
    bell.expand(ONE)

    def rings_again() -> bool:
        bell.expand(ONE)
        return len(inner.rung) == 2

    wait_for(rings_again, seconds=10, what="the second ring", pause=0.02)


def test_a_broker_that_is_away_costs_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    client = redis.Redis(port=free_port(), socket_connect_timeout=1)
    bell = SingleBell(FakeBell(), client, 60)
    with closing(client):
        bell.extract(ONE)
        bell.heard("extract", ONE)
    assert "reconcile will" in caplog.text
    assert "does not answer" in caplog.text


def test_messages_are_json_in_the_queue_of_their_worker(redis_url: str, client: redis.Redis) -> None:
    app = make_app(redis_url)
    queue = CeleryJobQueue(app)
    with closing(app):
        queue.expand(ONE)
        queue.pull(ONE)
        queue.extract(TWO)
    assert client.llen(PULL_QUEUE) == 2
    assert client.llen(EXTRACT_QUEUE) == 1
    assert b'"content-type": "application/json"' in client.lindex(EXTRACT_QUEUE, 0)

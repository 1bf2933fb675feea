"""The broker as the API sees it: a bell that may be broken without harm."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from celery import Celery
from kombu.exceptions import ChannelError, OperationalError

from workers.queue import EXTRACT_QUEUE, PULL_QUEUE, TRAIN_QUEUE

_LOG = logging.getLogger(__name__)

T = TypeVar("T")

QUEUES = (PULL_QUEUE, EXTRACT_QUEUE, TRAIN_QUEUE)
_SECONDS = 2.0


def make_broker(url: str) -> Celery:
    """A Celery application that can send and knows no task; a dead broker costs it seconds, not minutes."""
    app = Celery("dti-api", broker=url, set_as_current=False)
    app.conf.update(
        broker_connection_timeout=_SECONDS,
        broker_connection_retry=False,
        broker_transport_options={"socket_connect_timeout": _SECONDS, "socket_timeout": _SECONDS, "max_retries": 0},
        task_ignore_result=True,
        task_publish_retry=False,
        task_serializer="json",
    )
    return app


def ring(bell: Callable[[T], None], job_id: T) -> None:
    """Ring, or note in the log that the workers have to find the batch or run by themselves (reconcile does)."""
    try:
        bell(job_id)
    except OperationalError as error:
        _LOG.warning("%s is accepted, but the broker does not answer: %s", job_id, error)


def check(app: Celery) -> None:
    """Raise kombu's OperationalError unless the broker answers."""
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0.1, timeout=_SECONDS)


def depths(app: Celery) -> dict[str, int]:
    """Messages waiting per queue; none at all where the broker does not answer."""
    try:
        with app.connection_for_read() as connection:
            return {queue: _depth(connection.default_channel, queue) for queue in QUEUES}
    except OperationalError as error:
        _LOG.warning("no queue depths: %s", error)
        return {}


def _depth(channel: object, queue: str) -> int:
    try:
        return int(channel.queue_declare(queue=queue, passive=True).message_count)  # type: ignore[attr-defined] # untyped
    except ChannelError:  # a queue that nobody has used yet
        return 0

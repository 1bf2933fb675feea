"""The bell as workers ring it: once per batch and kind of work until somebody has heard it."""

from __future__ import annotations

import logging
from collections.abc import Callable

import redis
from kombu.exceptions import OperationalError

from dti.domain.jobs import BatchId
from dti.ports import JobQueue

_LOG = logging.getLogger(__name__)


class SingleBell:
    """Implements `dti.ports.JobQueue`: passes a ring on unless the same one is still unheard.

    So a queue holds no more messages than there are active batches, however many workers ring. The mark of an unheard
    bell fades after `seconds`, since whoever took the message may have died before it could say so. A broker that does
    not answer is noted in the log and nothing else: reconcile rings again.
    """

    def __init__(self, bell: JobQueue, client: redis.Redis, seconds: float) -> None:
        self._bell = bell
        self._client = client
        self._milliseconds = max(1, round(seconds * 1000))

    def expand(self, batch_id: BatchId) -> None:
        """There are pending steps in the batch."""
        self._ring("expand", self._bell.expand, batch_id)

    def pull(self, batch_id: BatchId) -> None:
        """There are queued items in the batch."""
        self._ring("pull", self._bell.pull, batch_id)

    def extract(self, batch_id: BatchId) -> None:
        """There are fetched items in the batch."""
        self._ring("extract", self._bell.extract, batch_id)

    def heard(self, work: str, batch_id: BatchId) -> None:
        """A worker has come for `work` ("expand", "pull" or "extract"), so the next ring counts again."""
        try:
            self._client.delete(_mark(work, batch_id))
        except redis.RedisError as error:
            _LOG.warning("the broker does not answer: %s", error)

    def _ring(self, work: str, ring: Callable[[BatchId], None], batch_id: BatchId) -> None:
        try:
            if self._client.set(_mark(work, batch_id), "1", nx=True, px=self._milliseconds):
                ring(batch_id)
        except (redis.RedisError, OperationalError) as error:
            _LOG.warning("nobody was told of batch %s, reconcile will: %s", batch_id, error)


def _mark(work: str, batch_id: BatchId) -> str:
    return f"dti:bell:{work}:{batch_id}"

"""The bell as workers ring it: once per batch or run and kind of work until somebody has heard it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import redis
from kombu.exceptions import OperationalError

from dti.domain.jobs import BatchId
from dti.domain.self_training import SelfTrainingId
from dti.ports import JobQueue

_LOG = logging.getLogger(__name__)

Id = TypeVar("Id", bound=str)


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

    def self_train(self, run_id: SelfTrainingId) -> None:
        """The self-training run can be taken up."""
        self._ring("self_train", self._bell.self_train, run_id)

    def heard(self, work: str, job_id: str) -> None:
        """A worker has come for `work` (a method's name), so the next ring counts again."""
        try:
            self._client.delete(_mark(work, job_id))
        except redis.RedisError as error:
            _LOG.warning("the broker does not answer: %s", error)

    def _ring(self, work: str, ring: Callable[[Id], None], job_id: Id) -> None:
        try:
            if self._client.set(_mark(work, job_id), "1", nx=True, px=self._milliseconds):
                ring(job_id)
        except (redis.RedisError, OperationalError) as error:
            _LOG.warning("nobody was told of %s, reconcile will: %s", job_id, error)


def _mark(work: str, job_id: str) -> str:
    return f"dti:bell:{work}:{job_id}"

"""What the application needs from the outside, as protocols; `db` and `workers` implement them."""

from __future__ import annotations

from typing import Protocol

from dti.domain.jobs import BatchId
from dti.domain.self_training import SelfTrainingId


class JobQueue(Protocol):
    """The bell: telling workers that there may be work. Losing a call loses no work."""

    def expand(self, batch_id: BatchId) -> None:
        """There are pending steps in the batch."""

    def pull(self, batch_id: BatchId) -> None:
        """There are queued items in the batch."""

    def extract(self, batch_id: BatchId) -> None:
        """There are fetched items in the batch."""

    def self_train(self, run_id: SelfTrainingId) -> None:
        """The self-training run can be taken up."""


class RateLimiter(Protocol):
    """Spaces calls that share a quota, across processes where the implementation can."""

    def wait(self) -> None:
        """Return when the next call is allowed."""

"""What every piece of work needs: the knowledge base, the bell, and how long to hold on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from db.engine import SessionFactory
from db.repository import batches, items, self_training
from db.repository.batches import Waiting
from db.unit_of_work import UnitOfWork
from dti.domain.jobs import Backoff, BatchId, ClaimedItem, Lease
from dti.domain.self_training import SelfTrainingId
from dti.ports import JobQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How much a task claims, for how long (seconds), and how often before it gives up."""

    lease_seconds: float = 120.0
    max_attempts: int = 5
    pull_chunk: int = 200
    extract_chunk: int = 64
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True, slots=True)
class Context:
    """One per worker process."""

    sessions: SessionFactory
    bell: JobQueue
    terms: Terms = field(default_factory=Terms)

    def unit(self) -> UnitOfWork:
        """A transaction."""
        return UnitOfWork(self.sessions)

    def lease(self) -> Lease:
        """A new lease, for one task's claims."""
        return Lease(uuid4().hex, self.terms.lease_seconds)

    def renew(self, lease: Lease, claimed: Sequence[ClaimedItem]) -> None:
        """Hold the claimed items for another term of the lease."""
        with self.unit() as unit:
            items.renew(unit.session, lease, [item.id for item in claimed])
            unit.commit()

    def ring_for(self, unit: UnitOfWork, batch_id: BatchId) -> None:
        """After the unit's commit, ring for all that is left to claim in the batch.

        Called with the claim itself, before the work is done, so that idle workers come along: each task that starts
        rings once, and a bell that nobody needs finds nothing to claim.
        """
        for work in batches.waiting(unit.session, batch_id):
            unit.after_commit(lambda work=work: ring(self.bell, work))  # type: ignore[misc] # mypy cannot infer lambda defaults

    def ring_for_run(self, unit: UnitOfWork, run_id: SelfTrainingId) -> None:
        """After the unit's commit, ring for the run, or for the batch that has to bring in its documents first."""
        if batch_id := self_training.batch_of(unit.session, run_id):
            self.ring_for(unit, BatchId(batch_id))
        for found in self_training.waiting(unit.session, run_id):
            unit.after_commit(lambda found=found: self.bell.self_train(found))  # type: ignore[misc] # mypy cannot infer lambda defaults

    def settle(self, batch_id: BatchId) -> None:
        """Finish the batch if nothing is left to do. In a transaction of its own: it must see what others committed."""
        with self.unit() as unit:
            batches.settle(unit.session, batch_id)
            unit.commit()


def ring(bell: JobQueue, work: Waiting) -> None:
    """Ring for each kind of work that waits."""
    if work.steps:
        bell.expand(work.batch_id)
    if work.queued:
        bell.pull(work.batch_id)
    if work.fetched:
        bell.extract(work.batch_id)

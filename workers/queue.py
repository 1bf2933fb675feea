"""Task names, queues and payloads. Imports neither the tasks nor torch, so the API may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dti.domain.jobs import BatchId
from dti.domain.self_training import SelfTrainingId
from dti.errors import SettingsError

if TYPE_CHECKING:
    from celery import Celery

# A worker that trains hears nothing for hours, and reconcile rings all the while.
_TRAIN_RING_SECONDS = 300.0

_SCHEMES = ("redis://", "rediss://")

PULL_QUEUE = "pull"
EXTRACT_QUEUE = "extract"
TRAIN_QUEUE = "train"

EXPAND = "workers.tasks.expand"
PULL = "workers.tasks.pull"
EXTRACT = "workers.tasks.extract"
RECONCILE = "workers.tasks.reconcile"
TRAIN = "workers.tasks.train"
SELF_TRAIN = "workers.tasks.self_train"
SCHEDULE_SELF_TRAINING = "workers.tasks.schedule_self_training"


def usable(broker_url: str) -> str:
    """The URL; raises SettingsError for one of another kind, without repeating it: it may hold a password."""
    if not broker_url.startswith(_SCHEMES):
        raise SettingsError("DTI_BROKER_URL must be redis://host:port/0 or rediss://… (`dti up` brings its own broker)")
    return broker_url


class CeleryJobQueue:
    """Rings the bell through Celery; implements `dti.ports.JobQueue`. Call it after the commit."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def expand(self, batch_id: BatchId) -> None:
        """Tell a pull worker of pending steps."""
        self._app.send_task(EXPAND, args=[batch_id], queue=PULL_QUEUE)

    def pull(self, batch_id: BatchId) -> None:
        """Tell a pull worker of queued items."""
        self._app.send_task(PULL, args=[batch_id], queue=PULL_QUEUE)

    def extract(self, batch_id: BatchId) -> None:
        """Tell an extract worker of fetched items."""
        self._app.send_task(EXTRACT, args=[batch_id], queue=EXTRACT_QUEUE)

    def self_train(self, run_id: SelfTrainingId) -> None:
        """Tell a train worker of a run."""
        self._app.send_task(SELF_TRAIN, args=[run_id], queue=TRAIN_QUEUE, expires=_TRAIN_RING_SECONDS)

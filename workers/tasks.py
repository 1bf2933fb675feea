"""Celery tasks: the bell has rung. Each takes an id, and running it twice does no harm."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from dti.domain.jobs import BatchId
from dti.domain.self_training import SelfTrainingId
from workers import bootstrap
from workers.expanding import expand as expand_batch
from workers.extracting import extract as extract_batch
from workers.pulling import pull as pull_batch
from workers.queue import EXPAND, EXTRACT, PULL, RECONCILE, SCHEDULE_SELF_TRAINING, SELF_TRAIN, TRAIN
from workers.reconciling import reconcile as reconcile_batches
from workers.schedule import Clock
from workers.scheduling import start_by_clock
from workers.self_training import self_train as take_up
from workers.training import train as train_recipe

# Ends a task that hangs; its lease then passes to another worker.
_HUNG = 3600


@shared_task(name=EXPAND, time_limit=_HUNG)
def expand(batch_id: BatchId) -> None:
    """Turn one step of the batch into items."""
    services = bootstrap.services()
    services.bell.heard("expand", batch_id)
    expand_batch(services.context, services.pubmed, batch_id)


@shared_task(name=PULL, time_limit=_HUNG)
def pull(batch_id: BatchId) -> None:
    """Fetch documents of the batch."""
    services = bootstrap.services()
    services.bell.heard("pull", batch_id)
    pull_batch(services.context, services.pubmed, batch_id)


@shared_task(name=EXTRACT, time_limit=_HUNG)
def extract(batch_id: BatchId) -> None:
    """Extract from fetched documents of the batch."""
    services = bootstrap.services()
    services.bell.heard("extract", batch_id)
    extract_batch(services.context, bootstrap.extractor(), batch_id, bootstrap.entity)


@shared_task(name=RECONCILE, time_limit=_HUNG)
def reconcile() -> None:
    """Look for lost work."""
    reconcile_batches(bootstrap.services().context)


@shared_task(name=SELF_TRAIN)
def self_train(run_id: SelfTrainingId) -> None:
    """Take up a self-training run and bring it to its end."""
    services = bootstrap.services()
    services.bell.heard("self_train", run_id)
    take_up(services.context, bootstrap.training(), run_id)


@shared_task(name=SCHEDULE_SELF_TRAINING, time_limit=_HUNG)
def schedule_self_training(order: dict[str, object], clock: dict[str, Any]) -> None:
    """Start the self-training run of this period."""
    start_by_clock(bootstrap.services().context, order, Clock(**clock))


@shared_task(name=TRAIN)
def train(recipe: str, data: str, out: str) -> None:
    """Train by a recipe file, from a data folder, into an output folder."""
    train_recipe(bootstrap.services().context.sessions, recipe, data, out)

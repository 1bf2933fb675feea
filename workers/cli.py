"""`dti worker`: does the work that batches ask for."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workers.queue import EXTRACT_QUEUE, PULL_QUEUE, TRAIN_QUEUE

if TYPE_CHECKING:
    from dti.settings import Settings

_QUEUES = (PULL_QUEUE, EXTRACT_QUEUE, TRAIN_QUEUE)
_LEVELS = click.Choice(["debug", "info", "warning", "error"])


def _queues(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:  # noqa: ARG001 - click's signature
    names = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    if not names or set(names) - set(_QUEUES):
        raise click.BadParameter(f"choose from {', '.join(_QUEUES)}, separated by commas")
    return names


def _register(settings: Settings) -> None:
    """Put the shipped model into the registry; a worker without one must not start and fail every task."""
    from db.engine import make_engine, make_session_factory
    from dti.errors import StoreError
    from dti.model.checkpoint import Checkpoint
    from workers.bootstrap import urls
    from workers.serving import register_shipped

    Checkpoint.open(settings.model_dir)
    engine = make_engine(urls(settings)[0], pool_size=1, application_name="dti-worker")
    try:
        register_shipped(make_session_factory(engine), settings.model_dir)
    except StoreError as error:
        logging.getLogger(__name__).warning("the shipped model is not registered, the first task will: %s", error)
    finally:
        engine.dispose()


@click.command()
@click.option(
    "--queues", callback=_queues, default=f"{PULL_QUEUE},{EXTRACT_QUEUE}", show_default=True,
    help="What to work on: pull (search, fetch, uploads), extract (the model), train (needs the extra `train`).",
)  # fmt: skip
@click.option(
    "--concurrency", type=click.IntRange(1), default=1, show_default=True, help="Processes; each loads its own model."
)
@click.option(
    "--beat",
    is_flag=True,
    help="Be the clock instead: ring for lost work every DTI_RECONCILE_SECONDS, start scheduled self-training. One per site.",
)
@click.option(
    "--health-file", type=click.Path(dir_okay=False, path_type=Path), help="Touch this file while at work, for health checks."
)
@click.option("--log-level", type=_LEVELS, default="info", show_default=True, help="How much to log, to stderr.")
@click.option("--json", "as_json", is_flag=True, help="Log JSON, one object per line.")
def worker(
    queues: tuple[str, ...], concurrency: int, *, beat: bool, health_file: Path | None, log_level: str, as_json: bool
) -> None:
    """Work on batches until stopped.

    Needs DTI_DATABASE_URL and DTI_BROKER_URL. Run as many as you like, on any number of machines, plus one with --beat;
    each may be killed at any moment. SIGTERM lets running tasks end first.

    \b
    Examples:
      dti worker                                    pull and extract, one process
      dti worker --queues extract --concurrency 8   a machine for the model
      dti worker --beat                             the clock
    """  # noqa: D301 - click wants the backspace character itself
    from celery.signals import setup_logging

    from dti.logs import configure_logging
    from dti.settings import Settings
    from workers.app import make_app
    from workers.bootstrap import urls
    from workers.health import report_health
    from workers.schedule import self_training_by_clock

    settings = Settings()
    _, broker_url = urls(settings)
    # Connecting to the signal keeps Celery from setting up logging of its own.
    setup_logging.connect(lambda **_: configure_logging(log_level, as_json=as_json), weak=False)
    by_clock = self_training_by_clock(settings) if beat else None
    app = make_app(broker_url, reconcile_seconds=settings.reconcile_seconds, by_clock=by_clock)
    if health_file:
        report_health(app, health_file)
    if beat:
        app.Beat(loglevel=log_level, quiet=True).run()
        return
    if {EXTRACT_QUEUE, TRAIN_QUEUE} & set(queues):
        _register(settings)
    name = f"{'-'.join(queues)}-{os.getpid()}@{socket.gethostname()}"
    app.worker_main([
        "worker", f"--queues={','.join(queues)}", f"--concurrency={concurrency}", f"--hostname={name}",
        f"--loglevel={log_level}", "--without-gossip", "--without-mingle", "--without-heartbeat",
    ])  # fmt: skip

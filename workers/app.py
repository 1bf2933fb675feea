"""The Celery application. Its settings are measured ones: docs/adr/0031-celery-only-rings-the-bell.md."""

from __future__ import annotations

from celery import Celery

from workers.queue import (
    EXPAND,
    EXTRACT,
    EXTRACT_QUEUE,
    PULL,
    PULL_QUEUE,
    RECONCILE,
    SCHEDULE_SELF_TRAINING,
    SELF_TRAIN,
    TRAIN,
    TRAIN_QUEUE,
)
from workers.schedule import ByClock, schedule

ROUTES = {
    EXPAND: {"queue": PULL_QUEUE},
    PULL: {"queue": PULL_QUEUE},
    RECONCILE: {"queue": PULL_QUEUE},
    EXTRACT: {"queue": EXTRACT_QUEUE},
    TRAIN: {"queue": TRAIN_QUEUE},
    SELF_TRAIN: {"queue": TRAIN_QUEUE},
    SCHEDULE_SELF_TRAINING: {"queue": PULL_QUEUE},
}


def make_app(broker_url: str, *, reconcile_seconds: float = 15.0, by_clock: ByClock | None = None) -> Celery:
    """A Celery application on `broker_url` (redis://…) that knows all tasks."""
    app = Celery("dti", broker=broker_url, include=["workers.tasks"])
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_routes=ROUTES,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_publish_retry_policy={"max_retries": 3, "interval_start": 0.1, "interval_step": 0.3, "interval_max": 1.0},
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,  # one broker connection less to lose; the knowledge base knows the progress
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,  # a lease guards their writes
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a broker that is away comes back
        broker_connection_timeout=5,
        broker_transport_options={
            "visibility_timeout": 3600,  # longer than any bell's task; shorter would run healthy tasks twice
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "socket_timeout": 30,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
        beat_scheduler="celery.beat:Scheduler",  # nothing to remember: the schedule is an interval
        beat_schedule=schedule(reconcile_seconds, by_clock),
        beat_max_loop_interval=max(1.0, min(reconcile_seconds, 60.0)),
        timezone="UTC",
    )
    return app

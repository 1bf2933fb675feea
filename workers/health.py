"""A file that a worker or the clock touches while it does its work: remote control is off, so nobody can ping them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.beat import Scheduler

_TOUCH_SECONDS = 5.0


def report_health(app: Celery, path: Path) -> None:
    """Make workers and the clock of `app` touch `path` every few seconds; it is removed when they stop.

    A worker touches it from the loop that takes messages, and only while it is connected to the broker. The clock
    touches it whenever it looks at its schedule (`beat_max_loop_interval`).
    """
    path.unlink(missing_ok=True)
    app.steps["consumer"].add(_worker_step(path))
    app.conf.beat_scheduler = _scheduler(path)


def _worker_step(path: Path) -> type[bootsteps.StartStopStep]:
    class Health(bootsteps.StartStopStep):  # type: ignore[misc] # Celery has no types
        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, consumer: Any) -> None:
            path.touch()
            self._timer = consumer.timer.call_repeatedly(_TOUCH_SECONDS, path.touch)

        def stop(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
            self._timer.cancel()
            path.unlink(missing_ok=True)

    return Health


def _scheduler(path: Path) -> type[Scheduler]:
    class HealthyScheduler(Scheduler):  # type: ignore[misc] # Celery has no types
        def tick(self, *args: Any, **kwargs: Any) -> float:
            path.touch()
            return float(super().tick(*args, **kwargs))

        def close(self) -> None:
            super().close()
            path.unlink(missing_ok=True)

    return HealthyScheduler

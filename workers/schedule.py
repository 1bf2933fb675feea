"""What happens by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from celery.schedules import ParseException, crontab

from dti.domain.self_training import SelfTrainingRequest
from dti.errors import SettingsError
from dti.settings import Settings
from workers.queue import PULL_QUEUE, RECONCILE, SCHEDULE_SELF_TRAINING

_KEPT = 20
_LONGEST = 400 * 24 * 60  # minutes; a day of a month comes round in less


@dataclass(frozen=True, slots=True)
class Clock:
    """When self-training starts by itself: by an interval, or by five fields of cron in UTC."""

    seconds: float = 0.0
    cron: str = ""

    def period(self, now: datetime) -> str:
        """Names the period that `now` is in, the same for everybody who asks in it."""
        if self.seconds:
            return f"{self.seconds:g}s:{int(now.timestamp() // self.seconds)}"
        due = _crontab(self.cron)
        moment = now.astimezone(UTC).replace(second=0, microsecond=0)
        for _ in range(_LONGEST):
            if _matches(due, moment):
                break
            moment -= timedelta(minutes=1)
        return f"{self.cron}:{moment:%Y-%m-%dT%H:%MZ}"

    def told(self) -> dict[str, object]:
        """As a task takes it."""
        return {"seconds": self.seconds, "cron": self.cron}


@dataclass(frozen=True, slots=True)
class ByClock:
    """Self-training that starts by itself: when, and what as `POST /v1/self-training/runs` takes it."""

    clock: Clock
    order: Mapping[str, object]


def self_training_by_clock(settings: Settings) -> ByClock | None:
    """What the settings ask for; None where they ask for nothing. Raises SettingsError and JobError."""
    if not (settings.self_training_cron or settings.self_training_seconds):
        return None
    if settings.self_training_cron and settings.self_training_seconds:
        raise SettingsError("set DTI_SELF_TRAINING_CRON or DTI_SELF_TRAINING_SECONDS, not both")
    if settings.self_training_order is None:
        raise SettingsError("DTI_SELF_TRAINING_ORDER has to name what the schedule starts")
    _crontab(settings.self_training_cron or "* * * * *")
    order = _order(settings.self_training_order)
    SelfTrainingRequest.read(order)
    return ByClock(Clock(settings.self_training_seconds, settings.self_training_cron), order)


def schedule(reconcile_seconds: float, by_clock: ByClock | None = None) -> dict[str, dict[str, object]]:
    """Celery beat's schedule. Where no worker comes for hours, old rings are dropped instead of piling up."""
    options = {"queue": PULL_QUEUE, "expires": _KEPT * reconcile_seconds}
    entries: dict[str, dict[str, object]] = {
        "reconcile": {"task": RECONCILE, "schedule": reconcile_seconds, "options": options}
    }
    if by_clock is not None:
        clock = by_clock.clock
        entries["self-training"] = {
            "task": SCHEDULE_SELF_TRAINING,
            "schedule": clock.seconds or _crontab(clock.cron),
            "args": [dict(by_clock.order), clock.told()],
            "options": {"queue": PULL_QUEUE},
        }
    return entries


def _order(path: Path) -> Mapping[str, object]:
    try:
        order = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SettingsError(f"DTI_SELF_TRAINING_ORDER: {path}: {error}") from error
    if not isinstance(order, dict):
        raise SettingsError(f"DTI_SELF_TRAINING_ORDER: {path}: no JSON object")
    return order


def _crontab(cron: str) -> crontab:
    try:
        return crontab.from_string(cron)
    except (ParseException, ValueError, TypeError) as error:
        raise SettingsError(f"DTI_SELF_TRAINING_CRON: {cron!r}: {error}") from error


def _matches(due: crontab, moment: datetime) -> bool:
    return (
        moment.minute in due.minute
        and moment.hour in due.hour
        and moment.isoweekday() % 7 in due.day_of_week
        and moment.day in due.day_of_month
        and moment.month in due.month_of_year
    )

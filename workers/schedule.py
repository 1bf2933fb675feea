"""What happens by the clock."""

from __future__ import annotations

from workers.queue import PULL_QUEUE, RECONCILE

_KEPT = 20


def schedule(reconcile_seconds: float) -> dict[str, dict[str, object]]:
    """Celery beat's schedule. Where no worker comes for hours, old rings are dropped instead of piling up."""
    options = {"queue": PULL_QUEUE, "expires": _KEPT * reconcile_seconds}
    return {"reconcile": {"task": RECONCILE, "schedule": reconcile_seconds, "options": options}}

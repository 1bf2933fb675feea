"""What happens by the clock."""

from __future__ import annotations

from workers.queue import PULL_QUEUE, RECONCILE


def schedule(reconcile_seconds: float) -> dict[str, dict[str, object]]:
    """Celery beat's schedule. A reconcile that nobody ran before the next one is due is dropped."""
    options = {"queue": PULL_QUEUE, "expires": reconcile_seconds}
    return {"reconcile": {"task": RECONCILE, "schedule": reconcile_seconds, "options": options}}

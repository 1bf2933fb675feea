"""Waiting for a part to be ready, and saying why when it is not."""

from __future__ import annotations

import time
from collections.abc import Callable

from dti.errors import StackError
from workers.stack.process import Child

_POLL_SECONDS = 0.05


def wait_until_ready(ready: Callable[[], bool], name: str, child: Child, timeout: float) -> None:
    """Return when `ready()`; raises StackError with the last log lines when the child ends or time is up."""
    deadline = time.monotonic() + timeout
    while not ready():
        if not child.alive:
            raise StackError(explain(f"{name} ended before it was ready", child))
        if time.monotonic() > deadline:
            raise StackError(explain(f"{name} was not ready within {timeout:.0f} s", child))
        time.sleep(_POLL_SECONDS)


def explain(message: str, child: Child) -> str:
    """Add the last lines that the child logged to a message."""
    lines = child.tail()
    return f"{message}; last lines of {child.command.log}:\n{lines}" if lines else f"{message}; it logged nothing"

"""Waiting for a part to be ready, and saying why when it is not."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from dti.errors import StackError
from workers.stack.process import tail

_POLL_SECONDS = 0.05


def wait_until(ready: Callable[[], bool], name: str, *, alive: Callable[[], bool], log: Path, timeout: float) -> None:
    """Return when `ready()`; raises StackError with the last log lines when the part ends or time is up."""
    deadline = time.monotonic() + timeout
    while not ready():
        if not alive():
            raise StackError(_why(f"{name} ended before it was ready", log))
        if time.monotonic() > deadline:
            raise StackError(_why(f"{name} was not ready within {timeout:.0f} s", log))
        time.sleep(_POLL_SECONDS)


def _why(message: str, log: Path) -> str:
    lines = tail(log, 12)
    return f"{message}; last lines of {log}:\n{lines}" if lines else f"{message}; it logged nothing"

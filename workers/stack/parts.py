"""What the supervisor runs, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from workers.stack.process import Command


class PartState(StrEnum):
    """The life of a part as a person watches it."""

    WAITING = "waiting"
    STARTING = "starting"
    UP = "up"
    DONE = "done"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


def _nothing() -> None:
    """Prepare or clean up nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process of the stack.

    `command` is asked for at every start, since it may depend on what `prepare` chose. `prepare` runs before every
    start and may run again after a crash; `clean_up` runs once, at the end. A part that runs `once` has to end with
    exit code 0 and is ready then; every other part is restarted when it ends.
    """

    name: str
    command: Callable[[], Command]
    ready: Callable[[], bool]
    prepare: Callable[[], None] = _nothing
    clean_up: Callable[[], None] = _nothing
    once: bool = False
    timeout: float = 90.0
    grace: float = 15.0

"""Starts parts in order, keeps them running, stops them in reverse order."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dti.errors import StackError
from workers.stack.parts import Part, PartState
from workers.stack.process import Child
from workers.stack.readiness import explain

logger = logging.getLogger(__name__)

_TICK_SECONDS = 0.1


class Display(Protocol):
    """Shows what the parts do."""

    def show(self, name: str, state: PartState, detail: str = "") -> None:
        """Part `name` went into `state`."""


class StopRequest(Protocol):
    """Says whether somebody asked the stack to stop."""

    @property
    def requested(self) -> bool:
        """Whether to stop now."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds to wait before restart number n; a part that stayed up for `forgiven_after` starts over."""

    first: float = 0.2
    limit: float = 30.0
    forgiven_after: float = 60.0

    def delay(self, failures: int) -> float:
        """Double with every failure in a row, up to the limit."""
        return float(min(self.limit, self.first * 2 ** min(failures, 16)))


class _Runner:
    """One part and its present process."""

    def __init__(self, part: Part, display: Display, backoff: Backoff) -> None:
        self.part = part
        self.state = PartState.WAITING
        self.child: Child | None = None
        self._display = display
        self._backoff = backoff
        self._failures = 0
        self._prepared = False
        self._since = 0.0
        self._retry_at = 0.0
        self._show(PartState.WAITING)

    def launch(self) -> None:
        self._show(PartState.STARTING)
        self._prepared = True
        self.part.prepare()
        self.child = Child(self.part.command())
        self._since = time.monotonic()

    def poll_start(self) -> bool:
        """Whether it became ready; raises StackError when it ended or takes too long."""
        child = self._running()
        if self.part.once and child.exit_code == 0:
            self.child = None  # its process id may be somebody else's by the time we stop
            self._show(PartState.DONE)
            return True
        if not child.alive:
            raise self._fail(f"{self.part.name} ended with exit code {child.exit_code} before it was ready")
        if not self.part.once and self.part.ready():
            self._show(PartState.UP, f"pid {child.pid}")
            return True
        if time.monotonic() - self._since > self.part.timeout:
            raise self._fail(f"{self.part.name} was not ready within {self.part.timeout:.0f} s")
        return False

    def keep_up(self) -> None:
        """Restart it after a delay when it ended; note when a restarted one is ready."""
        if self.state is PartState.DONE:
            return
        if self.child is None:
            self._restart_when_due()
        elif not self.child.alive:
            self._note_death(self.child)
        elif self.state is not PartState.UP and self.part.ready():
            self._show(PartState.UP, f"pid {self.child.pid}, restarted")

    def ask_to_stop(self) -> None:
        """Start the orderly end."""
        if self.child is not None:
            self._show(PartState.STOPPING)
            self.child.ask_to_stop()

    def stop(self) -> None:
        """See the process end, and undo what was prepared."""
        if not self._prepared:
            return
        if self.child is not None:
            self.child.stop(self.part.grace)
        self.child = None
        self._prepared = False
        self.part.clean_up()
        if self.state not in {PartState.DONE, PartState.FAILED}:
            self._show(PartState.STOPPED)

    def _note_death(self, child: Child) -> None:
        logger.warning("%s ended with exit code %s", self.part.name, child.exit_code)
        child.kill()  # pool processes may have outlived their parent
        now = time.monotonic()
        self._failures = 0 if now - self._since > self._backoff.forgiven_after else self._failures
        delay = self._backoff.delay(self._failures)
        self._failures += 1
        self._retry_at = now + delay
        self.child = None
        self._show(PartState.RESTARTING, f"exit code {child.exit_code}, again in {delay:.1f} s")

    def _restart_when_due(self) -> None:
        if time.monotonic() < self._retry_at:
            return
        try:
            self.launch()
        except (StackError, OSError) as error:
            logger.warning("%s could not be restarted: %s", self.part.name, error)
            self._retry_at = time.monotonic() + self._backoff.delay(self._failures)
            self._failures += 1
            self._show(PartState.RESTARTING, str(error).splitlines()[0])

    def _fail(self, message: str) -> StackError:
        self._show(PartState.FAILED, message)
        return StackError(explain(message, self._running()))

    def _running(self) -> Child:
        if self.child is None:
            raise StackError(f"{self.part.name} was not started")
        return self.child

    def _show(self, state: PartState, detail: str = "") -> None:
        self.state = state
        with contextlib.suppress(OSError):  # a terminal or pipe that is gone is no reason to stop, or not to stop in order
            self._display.show(self.part.name, state, detail)


class Supervisor:
    """Runs stages of parts: those of one stage start together, the next stage waits until all are ready."""

    def __init__(
        self, stages: Sequence[Sequence[Part]], display: Display, stop: StopRequest, *, backoff: Backoff | None = None
    ) -> None:
        self._stages = [[_Runner(part, display, backoff or Backoff()) for part in stage] for stage in stages]
        self._stop = stop

    def pids(self) -> dict[str, int]:
        """Process ids of the parts that run now."""
        runners = (runner for stage in self._stages for runner in stage)
        return {runner.part.name: runner.child.pid for runner in runners if runner.child and runner.child.alive}

    def start(self) -> bool:
        """Start everything; False when asked to stop before all was ready. Raises StackError when a part fails."""
        for stage in self._stages:
            for runner in stage:
                runner.launch()
            pending = list(stage)
            while pending and not self._stop.requested:
                pending = [runner for runner in pending if not runner.poll_start()]
                time.sleep(_TICK_SECONDS if pending else 0)
            if self._stop.requested:
                return False
        return True

    def watch(self) -> None:
        """Restart what ends, until asked to stop."""
        while not self._stop.requested:
            self.tick()
            time.sleep(_TICK_SECONDS)

    def tick(self) -> None:
        """Look at every part once."""
        for stage in self._stages:
            for runner in stage:
                runner.keep_up()

    def stop(self) -> None:
        """Stop everything, last stage first; a part that resists does not keep the others running."""
        for stage in reversed(self._stages):
            for runner in reversed(stage):
                runner.ask_to_stop()
            for runner in reversed(stage):
                try:
                    runner.stop()
                except (StackError, OSError):
                    logger.exception("%s could not be stopped cleanly", runner.part.name)

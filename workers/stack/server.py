"""What the embedded servers have in common: a child process that is prepared, started, awaited and stopped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from dti.errors import StackError
from workers.stack.process import Child, Command
from workers.stack.readiness import wait_until_ready


class EmbeddedServer(ABC):
    """A server that runs as our own child; `start_seconds` and `stop_seconds` are how long it may take."""

    name: ClassVar[str]
    start_seconds: ClassVar[float]
    stop_seconds: ClassVar[float]

    _child: Child | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder fit to start in, and hold it."""

    @abstractmethod
    def clean_up(self) -> None:
        """Undo what `prepare` holds."""

    @abstractmethod
    def command(self) -> Command:
        """Build the command that serves."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers."""

    @property
    def pid(self) -> int | None:
        """Process id of the server we started, None when there is none."""
        return self._child.pid if self.alive and self._child else None

    @property
    def alive(self) -> bool:
        """Whether the server we started runs."""
        return self._child is not None and self._child.alive

    def start(self) -> None:
        """Start and wait until it answers; raises StackError with the last log lines otherwise."""
        if self.alive:
            return
        self.prepare()
        child = self._child = Child(self.command())
        try:
            wait_until_ready(self.ready, self.name, child, self.start_seconds)
        except StackError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop in an orderly way."""
        if self._child is not None:
            self._child.stop(grace=self.stop_seconds)
            self._child = None
        self.clean_up()

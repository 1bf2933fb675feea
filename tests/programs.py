"""Real `dti` processes that a test starts, kills and starts again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Self

import psutil

DTI = str(Path(sys.executable).with_name("dti"))


class Program:
    """One process of ours and the processes it forks; its output goes to `log`."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self._argv = [DTI, *arguments]
        self._environment = {**os.environ, **environment}  # noqa: TID251 - a child inherits our environment
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._started: set[psutil.Process] = set()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._argv, env=self._environment, stdout=log, stderr=log, start_new_session=True)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def children(self) -> list[psutil.Process]:
        if self._process is None or not self.alive:
            return []
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._started.update(children)
        return children

    def kill(self) -> None:
        """Kill -9 of the parent alone, as the kernel's out-of-memory killer does it."""
        if self._process is None:
            return
        self.children()
        self._process.kill()
        self._process.wait(10)

    def kill_child(self, number: int) -> bool:
        """Kill -9 of one of the processes it has forked; False if there is none."""
        children = sorted(self.children(), key=lambda child: child.pid)
        if children:
            children[number % len(children)].kill()
        return bool(children)

    def stop(self, seconds: float = 15.0) -> int:
        """SIGTERM, then the exit code; nothing that it has forked survives."""
        if self._process is None:
            return 0
        self.children()
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(10)
        finally:
            for child in psutil.wait_procs(self._started, timeout=1)[1]:
                child.kill()


class Restarter:
    """Starts programs again that have died, as a supervisor or a container engine does, until the block ends."""

    def __init__(self, programs: Iterable[Program], pause: Callable[[], float]) -> None:
        self._programs = list(programs)
        self._pause = pause
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        for program in self._programs:
            program.start()
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()
        for program in self._programs:
            program.stop()

    def _run(self) -> None:
        while not self._ended.wait(0.05):
            for program in self._programs:
                if not program.alive and not self._ended.wait(self._pause()):
                    program.start()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str, pause: float = 0.1) -> None:
    """Return when the condition holds; fail the test, saying what was awaited, when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(pause)

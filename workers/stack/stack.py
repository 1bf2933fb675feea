"""The embedded stack: which parts, in which order, with which settings."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dti.settings import Settings
from workers.queue import EXTRACT_QUEUE, PULL_QUEUE, TRAIN_QUEUE
from workers.stack.parts import Part
from workers.stack.ports import HOST, choose_port
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.process import Command
from workers.stack.redis_server import EmbeddedRedis
from workers.stack.state import StateFolder
from workers.stack.supervisor import Display, StopRequest, Supervisor

# -P: the folder that the command was started in must not shadow installed modules.
_DTI = (sys.executable, "-P", "-c", "from dti.cli.main import main; main()")

# Each loads a model of its own; the other half of the cores is for PostgreSQL, the API and whoever sits at the machine.
_EXTRACT_PROCESSES = max(1, (os.cpu_count() or 1) // 2)


class Announcer(Display, Protocol):
    """A display that also tells where the service answers."""

    def announce(self, url: str) -> None:
        """All parts are ready."""


@dataclass(frozen=True, slots=True)
class RunningStack:
    """A stack that was started; `started` is False where somebody asked to stop before all parts were ready."""

    url: str
    supervisor: Supervisor
    started: bool


class EmbeddedStack:
    """PostgreSQL, Valkey, migrations, workers, clock and API on one state folder."""

    def __init__(self, state: StateFolder, settings: Settings, *, port: int | None = None) -> None:
        self.state = state
        self._settings = settings
        self._wanted_port = port
        self._postgres = EmbeddedPostgres(state.path / "postgres", log=state.logs / "postgres.log")
        self._redis = EmbeddedRedis(state.path / "redis", log=state.logs / "redis.log")

    @contextlib.contextmanager
    def running(self, display: Announcer, stop: StopRequest) -> Iterator[RunningStack]:
        """Start everything, and stop everything at the end; raises StackError naming the part that fails."""
        with self.state.owned():
            port = choose_port(self._wanted_port)
            url = f"http://{HOST}:{port}"
            supervisor = Supervisor(self.stages(port), display, stop)
            try:
                started = supervisor.start()
                if started:
                    self.state.announce(url, self._postgres.url)
                    display.announce(url)
                yield RunningStack(url, supervisor, started)
            finally:
                supervisor.stop()

    def stages(self, port: int) -> Sequence[Sequence[Part]]:
        """List the parts in the order of their needs; those of a stage start together."""
        return [
            [self._server("postgres", self._postgres), self._server("redis", self._redis)],
            [self._part("migrate", "db", "migrate", once=True)],
            [*self._workers(), self._api(port)],
        ]

    def _server(self, name: str, server: EmbeddedPostgres | EmbeddedRedis) -> Part:
        def command() -> Command:
            return replace(server.command(), environment=self.state.mark)

        return Part(name=name, command=command, ready=server.ready, prepare=server.prepare, clean_up=server.clean_up)

    def _workers(self) -> list[Part]:
        parts = [
            self._worker("worker-pull", f"--queues={PULL_QUEUE}"),
            self._worker("worker-extract", f"--queues={EXTRACT_QUEUE}", f"--concurrency={_EXTRACT_PROCESSES}"),
        ]
        if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
            parts.append(self._worker("worker-train", f"--queues={TRAIN_QUEUE}"))
        return [*parts, self._worker("beat", "--beat")]

    def _worker(self, name: str, *options: str) -> Part:
        health = self.state.path / f"{name}.health"
        part = self._part(name, "worker", *options, "--health-file", str(health))
        return replace(part, ready=health.exists, prepare=lambda: health.unlink(missing_ok=True))

    def _api(self, port: int) -> Part:
        part = self._part("api", "serve", "--host", HOST, "--port", str(port))
        return replace(part, ready=lambda: _answers(port, "/readyz"))

    def _part(self, name: str, *arguments: str, once: bool = False) -> Part:
        def command() -> Command:
            return Command(argv=(*_DTI, *arguments), log=self.state.logs / f"{name}.log", environment=self._environment())

        return Part(name=name, command=command, ready=lambda: False, once=once)

    def _environment(self) -> dict[str, str]:
        return self.state.mark | {
            "DTI_DATABASE_URL": self._postgres.url,
            "DTI_BROKER_URL": self._redis.url,
            "DTI_MODEL_DIR": str(self._settings.model_dir.resolve()),
            "DTI_STATE_DIR": str(self.state.path),
            "DTI_RUNS_DIR": str(self.state.path / "runs"),
            "PYTHONUNBUFFERED": "1",
        }


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

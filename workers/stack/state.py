"""The state folder: who owns it, what runs from it, where its service answers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import psutil

from dti.errors import StackError
from workers.stack.lock import FolderLock

_OWNER_VARIABLE = "DTI_STACK_STATE"
_LEFTOVER_GRACE_SECONDS = 10


class StateFolder:
    """Everything the embedded stack keeps; one supervisor at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock = FolderLock(self.path / "lock")

    @property
    def logs(self) -> Path:
        """One log per part."""
        return self.path / "logs"

    @property
    def mark(self) -> dict[str, str]:
        """Environment by which our processes, and those they start, are found again."""
        return {_OWNER_VARIABLE: str(self.path)}

    def processes(self) -> list[psutil.Process]:
        """Return the processes that carry our mark, whoever started them."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    @contextlib.contextmanager
    def owned(self) -> Iterator[None]:
        """Hold the folder; raises StackError with URL and pid when a stack runs on it already.

        Processes that a killed supervisor left behind are ended first.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except StackError as error:
            raise StackError(f"the stack is running already{self._where()}: {error}") from error
        try:
            self._end_leftovers()
            yield
        finally:
            self._service_file.unlink(missing_ok=True)
            self._lock.release()

    def announce(self, url: str, database: str) -> None:
        """Write `service.json`, all at once: where the service answers, and the database that commands may work on."""
        fresh = self._service_file.with_suffix(".new")
        fresh.write_bytes(orjson.dumps({"url": url, "pid": os.getpid(), "database": database}))
        fresh.replace(self._service_file)

    @property
    def _service_file(self) -> Path:
        return self.path / "service.json"

    def _where(self) -> str:
        try:
            return f" at {orjson.loads(self._service_file.read_bytes())['url']}"
        except (OSError, orjson.JSONDecodeError, KeyError):
            return ""

    def _end_leftovers(self) -> None:
        leftovers = self.processes()
        for process in leftovers:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        _, stubborn = psutil.wait_procs(leftovers, timeout=_LEFTOVER_GRACE_SECONDS)
        for process in stubborn:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn, timeout=_LEFTOVER_GRACE_SECONDS)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return bool(process.environ().get(_OWNER_VARIABLE) == str(self.path) and process.pid != os.getpid())
        except (psutil.Error, OSError):
            return False

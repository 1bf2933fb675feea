"""A child process with its own group, its own log and no way to outlive us unnoticed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from dti.errors import StackError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_KILL_SECONDS = 1.0
_TAIL_BYTES = 64 * 1024
_KEPT_LOG_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Account:
    """A system account; PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    @classmethod
    def named(cls, name: str) -> Account:
        """Look the account up; raises StackError where there is none."""
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            raise StackError(f"no system account {name!r} to run as; start the stack as an ordinary user") from None
        return cls(entry.pw_uid, entry.pw_gid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run, in which folder (ours unless it is named), and how to end it.

    `stop_signal` asks for an orderly end. `death_signal` is sent by the kernel when the thread that started the
    child ends, kill -9 included (Linux only), so start children from a thread that lives as long as they should.
    """

    argv: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM


class Child:
    """One running `Command`."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self._asked = False
        command.log.parent.mkdir(parents=True, exist_ok=True)
        _rotate(command.log)
        account = command.account
        with command.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                list(command.argv),
                stdin=subprocess.DEVNULL,
                cwd=command.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops the parts in order
                env={**os.environ, **command.environment},  # noqa: TID251 - children inherit our environment
                preexec_fn=_dies_with_parent(command.death_signal),  # noqa: PLW1509 - one system call, nothing allocated
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )

    @property
    def pid(self) -> int:
        """Process id, which is also the process group's."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs; also collects its exit status."""
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Exit status, negative for a signal, None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Ask once for an orderly end; `stop` waits for it."""
        if self.alive and not self._asked:
            self._asked = True
            self._process.send_signal(self.command.stop_signal)

    def stop(self, grace: float = 10.0) -> None:
        """Ask for an orderly end, insist after `grace` seconds, leave nothing of the group behind."""
        if self.alive:
            self.ask_to_stop()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
        self.kill()

    def kill(self) -> None:
        """End the whole group at once, and see it gone."""
        deadline = time.monotonic() + _KILL_SECONDS
        with contextlib.suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS, group of zombies
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        while _group_runs(self.pid) and time.monotonic() < deadline:  # orphans of the group die in their own time
            time.sleep(0.01)

    def tail(self, lines: int = 12) -> str:
        """Return the last lines it logged; those of earlier runs in the same file are left out."""
        log = self.command.log
        with log.open("rb") as stream:
            stream.seek(max(self._log_start, log.stat().st_size - _TAIL_BYTES))
            return "\n".join(stream.read().decode(errors="replace").splitlines()[-lines:])


def _group_runs(group: int) -> bool:
    """Whether a process of the group is more than a zombie, which an idle init may never collect."""
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                return True
    return False


def _rotate(log: Path) -> None:
    """Keep one older log of bounded size."""
    if log.exists() and log.stat().st_size > _KEPT_LOG_BYTES:
        log.replace(log.with_suffix(log.suffix + ".1"))


def _dies_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    libc = _LIBC
    if libc is None:
        return None

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)

    return arrange

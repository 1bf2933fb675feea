"""A real Redis-protocol server (Valkey) from a Python wheel, as a child process on the loopback."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from dti.errors import StackError
from workers.stack.lock import FolderLock
from workers.stack.ports import HOST, free_port, is_free
from workers.stack.process import Command
from workers.stack.server import EmbeddedServer
from workers.stack.wheels import valkey_server


class EmbeddedRedis(EmbeddedServer):
    """Valkey for the broker and locks; keeps nothing on disk, since the broker only rings the bell.

    Unix sockets have no URL that both redis-py and kombu read, so it listens on the loopback, with a password
    made for this folder. Port and password stay the same over restarts: clients simply reconnect.
    """

    name = "redis"
    start_seconds = 30.0
    stop_seconds = 10.0

    def __init__(self, data_dir: Path, *, log: Path | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.log = log or self.data_dir.with_name(f"{self.data_dir.name}.log")
        self._lock = FolderLock(self.data_dir.with_name(f"{self.data_dir.name}.lock"))

    @property
    def url(self) -> str:
        """URL for redis-py and for Celery."""
        return f"redis://:{self._password}@{HOST}:{self.port}/0"

    @property
    def port(self) -> int:
        """Port on the loopback; raises StackError before the first `prepare`."""
        try:
            return int((self.data_dir / "port").read_text())
        except FileNotFoundError:
            raise StackError(f"no server was ever started in {self.data_dir}") from None

    def prepare(self) -> None:
        """Lock the folder, choose port and password on first use, write the configuration; does nothing when repeated."""
        if self._lock.held:
            return
        self._lock.acquire()
        try:
            self._configure()
        except BaseException:
            self._lock.release()
            raise

    def clean_up(self) -> None:
        """Undo what `prepare` holds."""
        self._lock.release()

    def command(self) -> Command:
        """Build the command that serves; the password is in a private file, not in the process list."""
        return Command(argv=[str(valkey_server()), str(self.data_dir / "valkey.conf")], log=self.log)

    def ready(self) -> bool:
        """Whether it answers to our password."""
        with contextlib.closing(redis.Redis.from_url(self.url, socket_timeout=2, retry=Retry(NoBackoff(), 0))) as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                return False

    def _configure(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir.chmod(0o700)
        if not (self.data_dir / "password").exists():
            _write_private(self.data_dir / "password", secrets.token_hex(24))
        port_file = self.data_dir / "port"
        if not (port_file.exists() and is_free(self.port)):
            port_file.write_text(str(free_port()))
        _write_private(self.data_dir / "valkey.conf", self._configuration())

    @property
    def _password(self) -> str:
        return (self.data_dir / "password").read_text()

    def _configuration(self) -> str:
        return "\n".join((
            f"bind {HOST}",
            f"port {self.port}",
            f"requirepass {self._password}",
            f'dir "{self.data_dir}"',
            'save ""',
            "appendonly no",
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            "daemonize no",
            "",
        ))  # fmt: skip


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)

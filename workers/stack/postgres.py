"""A real PostgreSQL from a Python wheel, as a child process on a Unix socket."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from dti.errors import StackError
from workers.stack.lock import FolderLock
from workers.stack.process import Account, Command
from workers.stack.server import EmbeddedServer
from workers.stack.wheels import POSTGRES_VERSION, postgres_programs

DATABASE = "dti"
_SUPERUSER = "dti"
_PORT = 5432  # names the socket file; nothing listens on TCP
_SOCKET_PATH_LIMIT = 103  # bytes of sun_path: 108 on Linux, 104 on macOS, less the final NUL
_PLAIN_PATH = re.compile(r"[\w/.+-]+", re.ASCII)  # unix_socket_directories is a quoted, comma-separated list

# For a machine of two cores and a few GB that also runs the model. Durability stays on: PostgreSQL is the truth.
_TUNING = {
    "autovacuum_naptime": "30s",
    "checkpoint_timeout": "15min",
    "effective_cache_size": "1GB",
    "jit": "off",
    "maintenance_work_mem": "64MB",
    "max_connections": "60",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "wal_compression": "on",
    "wal_level": "minimal",
    "work_mem": "8MB",
}


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL on `data_dir`, created there on first start; any user may start it, root included.

    A server left over from an unclean end is stopped first. The socket lies in `data_dir`, or in a private
    folder of the system's temporary folder where the path would exceed what a Unix socket allows.
    """

    name = "postgres"
    start_seconds = 60.0
    stop_seconds = 20.0

    def __init__(self, data_dir: Path, *, log: Path | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.log = log or self.data_dir.with_name(f"{self.data_dir.name}.log")
        self._lock = FolderLock(self.data_dir.with_name(f"{self.data_dir.name}.lock"))
        self._bin = postgres_programs()
        self._account = Account.named("nobody") if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        """SQLAlchemy URL."""
        query = {"host": str(self.socket_dir), "port": str(_PORT)}
        return URL.create("postgresql+psycopg", username=_SUPERUSER, database=DATABASE, query=query).render_as_string()

    @property
    def socket_dir(self) -> Path:
        """Folder of the Unix socket."""
        path = str(self.data_dir)
        if len(os.fsencode(f"{path}/.s.PGSQL.{_PORT}")) <= _SOCKET_PATH_LIMIT and _PLAIN_PATH.fullmatch(path):
            return self.data_dir
        return Path(tempfile.gettempdir()) / f"dti-pg-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"

    def prepare(self) -> None:
        """Lock the folder, end leftovers, create the database cluster on first use; may be repeated after a crash."""
        self._lock.acquire()
        try:
            self._open_path_to_account()
            self._stop_leftovers()
            self._create_cluster()
            self._create_socket_dir()
        except BaseException:
            self._lock.release()
            raise

    def clean_up(self) -> None:
        """Undo what `prepare` holds: the lock and a socket folder outside the data folder."""
        if self.socket_dir != self.data_dir:
            shutil.rmtree(self.socket_dir, ignore_errors=True)
        self._lock.release()

    def command(self) -> Command:
        """Build the command that serves; SIGINT is PostgreSQL's fast shutdown, SIGTERM would wait for clients."""
        settings = {**_TUNING, "port": str(_PORT), "listen_addresses": "", "unix_socket_directories": str(self.socket_dir)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Command(
            argv=[str(self._bin / "postgres"), "-D", str(self.data_dir), *options],
            log=self.log,
            account=self._account,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
        )

    def ready(self) -> bool:
        """Whether our database answers; creates it on first use."""
        server = make_conninfo(host=str(self.socket_dir), port=_PORT, user=_SUPERUSER, dbname="postgres", connect_timeout=2)
        try:
            with psycopg.connect(server, autocommit=True) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
                if not known:
                    connection.execute(f'CREATE DATABASE "{DATABASE}"')
        except psycopg.OperationalError:
            return False
        return True

    def _create_cluster(self) -> None:
        version = self.data_dir / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != str(POSTGRES_VERSION):
                raise StackError(
                    f"{self.data_dir} was made by PostgreSQL {found}, this is {POSTGRES_VERSION}: dump and restore it"
                )
            return
        # A killed initdb leaves half a cluster: it works in a folder of its own that is renamed when complete.
        fresh = self.data_dir.with_name(f"{self.data_dir.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        self._own(fresh)
        self._initdb(fresh)
        if self.data_dir.exists():
            self.data_dir.rmdir()
        fresh.rename(self.data_dir)

    def _initdb(self, folder: Path) -> None:
        argv = [
            str(self._bin / "initdb"), "-D", str(folder), "-U", _SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
        ]  # fmt: skip
        account = self._account
        done = subprocess.run(  # noqa: S603 - the wheel's own program, no shell
            argv,
            check=False,
            capture_output=True,
            text=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise StackError(f"initdb failed in {folder}:\n{done.stderr.strip() or done.stdout.strip()}")

    def _create_socket_dir(self) -> None:
        folder = self.socket_dir
        if folder == self.data_dir:
            return
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        trusted = {os.geteuid(), self._account.uid if self._account else os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in trusted:
            raise StackError(f"{folder} belongs to somebody else; remove it or use a state folder with a shorter path")
        self._own(folder)

    def _own(self, folder: Path) -> None:
        if self._account is not None:
            os.chown(folder, self._account.uid, self._account.gid)

    def _open_path_to_account(self) -> None:
        """As root: let the server's account pass through (not list) the folders above its data and programs."""
        if self._account is None:
            return
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        for folder in (*self.data_dir.parents, *self._bin.parents):
            _add_mode(folder, stat.S_IXOTH)
        if not (self._bin / "postgres").stat().st_mode & stat.S_IXOTH:  # installed under a strict umask
            for path in (self._bin.parents[1]).rglob("*"):
                _add_mode(path, stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0))

    def _stop_leftovers(self) -> None:
        """End servers that still work in our folder, then drop their pid file: its number may be someone else's now."""
        leftovers = [process for process in psutil.process_iter() if _works_in(process, self.data_dir)]
        for process in leftovers:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)
        _, stubborn = psutil.wait_procs(leftovers, timeout=10)
        for process in stubborn:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn, timeout=10)
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)


def _add_mode(path: Path, bits: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & bits != bits:
        path.chmod(mode | bits)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    """PostgreSQL's processes run inside their data folder."""
    try:
        return bool(process.name() == "postgres" and process.cwd() == str(folder))
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False

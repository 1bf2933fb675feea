"""The supervisor over small real processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from dti.errors import StackError
from workers.stack.parts import Part, PartState
from workers.stack.process import Command
from workers.stack.supervisor import Backoff, Supervisor

QUICK = Backoff(first=0.01, limit=0.05)


@dataclass
class RecordingDisplay:
    events: list[tuple[str, PartState]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def show(self, name: str, state: PartState, detail: str = "") -> None:
        self.events.append((name, state))
        self.details.append(detail)

    def states(self, name: str) -> list[PartState]:
        return [state for who, state in self.events if who == name]


@dataclass
class Stop:
    requested: bool = False


def shell(name: str, script: str, folder: Path, *, ready: Callable[[], bool] = lambda: True, **settings: object) -> Part:
    command = Command(argv=["sh", "-c", script], log=folder / f"{name}.log", **settings.pop("command", {}))
    return Part(name=name, command=lambda: command, ready=ready, **settings)


def wait_for(condition: Callable[[], bool], supervisor: Supervisor | None = None) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "did not happen within 20 s"
        if supervisor:
            supervisor.tick()
        time.sleep(0.01)


def test_stages_start_in_order_and_stop_in_reverse(tmp_path: Path) -> None:
    display = RecordingDisplay()
    stages = [
        [shell("first", "sleep 60", tmp_path)],
        [shell("second", "sleep 60", tmp_path), shell("third", "sleep 60", tmp_path)],
    ]
    supervisor = Supervisor(stages, display, Stop())
    assert supervisor.start()
    pids = supervisor.pids()
    supervisor.stop()
    ups = [name for name, state in display.events if state is PartState.UP]
    assert ups[0] == "first"
    assert set(ups) == {"first", "second", "third"}
    assert [name for name, state in display.events if state is PartState.STOPPED] == ["third", "second", "first"]
    assert not any(psutil.pid_exists(pid) for pid in pids.values())


def test_next_stage_waits_for_readiness(tmp_path: Path) -> None:
    flag = tmp_path / "ready"
    stages = [
        [shell("slow", f"sleep 0.3; touch {flag}; sleep 60", tmp_path, ready=flag.exists)],
        [shell("after", f"test -e {flag} && sleep 60", tmp_path)],
    ]
    supervisor = Supervisor(stages, RecordingDisplay(), Stop())
    try:
        assert supervisor.start()
        supervisor.tick()
        assert set(supervisor.pids()) == {"slow", "after"}
    finally:
        supervisor.stop()


def test_failing_part_names_itself_and_its_last_log_lines(tmp_path: Path) -> None:
    supervisor = Supervisor(
        [[shell("broken", "echo the reason; exit 3", tmp_path, ready=lambda: False)]], RecordingDisplay(), Stop()
    )
    with pytest.raises(StackError, match=r"(?s)broken ended with exit code 3.*the reason"):
        supervisor.start()
    supervisor.stop()


def test_part_that_never_gets_ready_fails_after_its_time(tmp_path: Path) -> None:
    part = shell("deaf", "sleep 60", tmp_path, ready=lambda: False, timeout=0.2)
    supervisor = Supervisor([[part]], RecordingDisplay(), Stop())
    with pytest.raises(StackError, match="deaf was not ready within"):
        supervisor.start()
    pids = supervisor.pids()
    supervisor.stop()
    assert not psutil.pid_exists(pids["deaf"])


def test_once_part_has_to_succeed_before_the_next_stage(tmp_path: Path) -> None:
    display = RecordingDisplay()
    supervisor = Supervisor(
        [[shell("migrate", "sleep 0.1", tmp_path, once=True)], [shell("next", "sleep 60", tmp_path)]], display, Stop()
    )
    try:
        assert supervisor.start()
        supervisor.tick()
        assert display.states("migrate") == [PartState.WAITING, PartState.STARTING, PartState.DONE]
    finally:
        supervisor.stop()


def test_once_part_that_fails_stops_the_start(tmp_path: Path) -> None:
    supervisor = Supervisor(
        [[shell("migrate", "exit 1", tmp_path, once=True)], [shell("next", "sleep 60", tmp_path)]], RecordingDisplay(), Stop()
    )
    with pytest.raises(StackError, match="migrate ended with exit code 1"):
        supervisor.start()
    assert not supervisor.pids()
    supervisor.stop()


def test_killed_part_is_restarted_and_its_group_is_gone(tmp_path: Path) -> None:
    child_file = tmp_path / "grandchild"
    script = f"sleep 61 & echo $! > {child_file}; wait"
    display = RecordingDisplay()
    supervisor = Supervisor([[shell("worker", script, tmp_path, ready=child_file.exists)]], display, Stop(), backoff=QUICK)
    try:
        supervisor.start()
        first, grandchild = supervisor.pids()["worker"], int(child_file.read_text())
        child_file.unlink()
        os.kill(first, signal.SIGKILL)
        wait_for(
            lambda: display.states("worker")[-1] is PartState.UP and supervisor.pids().get("worker", first) != first, supervisor
        )
        assert not _runs(grandchild)
        assert PartState.RESTARTING in display.states("worker")
    finally:
        supervisor.stop()
    assert not _runs(int(child_file.read_text()))


def test_restart_runs_prepare_again_and_cleans_up_once(tmp_path: Path) -> None:
    calls: list[str] = []
    part = shell(
        "part", "sleep 60", tmp_path, prepare=lambda: calls.append("prepare"), clean_up=lambda: calls.append("clean up")
    )
    supervisor = Supervisor([[part]], RecordingDisplay(), Stop(), backoff=QUICK)
    supervisor.start()
    first = supervisor.pids()["part"]
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: supervisor.pids().get("part", first) != first, supervisor)
    supervisor.stop()
    supervisor.stop()
    assert calls == ["prepare", "prepare", "clean up"]


def test_part_that_resists_is_killed(tmp_path: Path) -> None:
    armed = tmp_path / "armed"
    script = f"trap '' TERM; touch {armed}; while :; do sleep 0.05; done"
    supervisor = Supervisor([[shell("stubborn", script, tmp_path, ready=armed.exists, grace=0.2)]], RecordingDisplay(), Stop())
    supervisor.start()
    pid = supervisor.pids()["stubborn"]
    supervisor.stop()
    assert not psutil.pid_exists(pid)


def test_stop_request_ends_the_start_early(tmp_path: Path) -> None:
    stop = Stop()

    def never_ready() -> bool:
        stop.requested = True
        return False

    supervisor = Supervisor(
        [[shell("one", "sleep 60", tmp_path, ready=never_ready)], [shell("two", "sleep 60", tmp_path)]],
        RecordingDisplay(),
        stop,
    )
    assert supervisor.start() is False
    assert set(supervisor.pids()) == {"one"}
    supervisor.stop()


def test_terminal_that_is_gone_changes_nothing(tmp_path: Path) -> None:
    class GoneDisplay:
        def show(self, name: str, state: PartState, detail: str = "") -> None:
            raise BrokenPipeError(name, state, detail)

    supervisor = Supervisor([[shell("part", "sleep 60", tmp_path)]], GoneDisplay(), Stop())
    assert supervisor.start()
    pid = supervisor.pids()["part"]
    supervisor.stop()
    assert not psutil.pid_exists(pid)


def test_backoff_doubles_up_to_its_limit() -> None:
    backoff = Backoff(first=0.5, limit=4)
    assert [backoff.delay(n) for n in range(5)] == [0.5, 1, 2, 4, 4]
    assert backoff.delay(10_000) == 4


def test_part_that_keeps_dying_waits_longer_each_time(tmp_path: Path) -> None:
    display = RecordingDisplay()
    alive = tmp_path / "alive"
    part = shell("flapping", f"test -e {alive} && exit 1; touch {alive}; sleep 0.1", tmp_path, ready=alive.exists)
    supervisor = Supervisor([[part]], display, Stop(), backoff=Backoff(first=0.01, limit=10))
    supervisor.start()
    wait_for(lambda: display.states("flapping").count(PartState.RESTARTING) >= 4, supervisor)
    supervisor.stop()
    delays = [detail.rsplit(" ", 2)[1] for detail in display.details if "again in" in detail]
    assert [float(delay) for delay in delays] == sorted(float(delay) for delay in delays)
    assert float(delays[3]) > float(delays[0])


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

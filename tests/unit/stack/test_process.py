from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dti.errors import StackError
from workers.stack.process import Account, Child, Command

PARENT = """
import sys, time
from pathlib import Path
from workers.stack.process import Child, Command
child = Child(Command(argv=["sleep", "60"], log=Path(sys.argv[1])))
print(child.pid, flush=True)
time.sleep(60)
"""


def test_output_of_both_streams_is_logged(tmp_path: Path) -> None:
    child = Child(Command(argv=["sh", "-c", "echo out; echo err >&2; exit 4"], log=tmp_path / "logs" / "other.log"))
    while child.alive:
        time.sleep(0.01)
    assert child.exit_code == 4
    assert child.tail() == "out\nerr"


def test_environment_is_added_to_ours(tmp_path: Path) -> None:
    child = Child(Command(argv=["sh", "-c", "echo $DTI_X $HOME"], log=tmp_path / "log", environment={"DTI_X": "set"}))
    while child.alive:
        time.sleep(0.01)
    assert child.tail() == f"set {Path.home()}"


def test_stop_uses_the_commands_signal(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = f"trap 'echo asked; exit 0' INT; touch {ready}; while :; do sleep 0.02; done"
    child = Child(Command(argv=["sh", "-c", script], log=tmp_path / "log", stop_signal=signal.SIGINT))
    while not ready.exists():
        time.sleep(0.01)
    child.stop()
    assert child.exit_code == 0
    assert child.tail() == "asked"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent death signal is Linux's")
def test_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    gone, _ = psutil.wait_procs([child], timeout=10)
    assert gone or child.status() == psutil.STATUS_ZOMBIE  # a container's init may not reap


def test_big_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    with log.open("wb") as stream:
        stream.truncate(6 * 1024 * 1024)
    Child(Command(argv=["true"], log=log)).stop()
    assert (tmp_path / "part.log.1").stat().st_size == 6 * 1024 * 1024
    assert log.stat().st_size == 0


def test_tail_leaves_earlier_runs_out(tmp_path: Path) -> None:
    for word in ("first", "second"):
        child = Child(Command(argv=["echo", word], log=tmp_path / "log"))
        while child.alive:
            time.sleep(0.01)
    assert child.tail() == "second"
    assert (tmp_path / "log").read_text() == "first\nsecond\n"


def test_unknown_account_is_a_stack_error() -> None:
    with pytest.raises(StackError, match="no system account 'no-such-account'"):
        Account.named("no-such-account")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_account_is_taken_on(tmp_path: Path) -> None:
    child = Child(Command(argv=["id", "-u"], log=tmp_path / "log", account=Account.named("nobody")))
    while child.alive:
        time.sleep(0.01)
    assert child.tail() == str(Account.named("nobody").uid)

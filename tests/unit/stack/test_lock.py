from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dti.errors import StackError
from workers.stack.lock import FolderLock

HOLDER = """
import sys, time
from pathlib import Path
from workers.stack.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_second_holder_is_told_the_first_ones_pid(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path / "lock"), FolderLock(tmp_path / "lock")
    first.acquire()
    with pytest.raises(StackError, match=f"in use by process {os.getpid()}"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_acquire_and_release_may_be_repeated(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "lock")
    lock.acquire()
    lock.acquire()
    assert lock.held
    lock.release()
    lock.release()
    assert not lock.held


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StackError, match=str(holder.pid)):
            FolderLock(path).acquire()
        holder.send_signal(signal.SIGKILL)
    lock = FolderLock(path)
    lock.acquire()
    lock.release()

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from dti.errors import StackError
from workers.stack.state import StateFolder


def test_second_owner_is_told_url_and_pid(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    with state.owned():
        state.announce("http://127.0.0.1:8123", "postgresql+psycopg:///dti")
        with (
            pytest.raises(StackError, match=rf"running already at http://127\.0\.0\.1:8123: .*process {os.getpid()}"),
            StateFolder(tmp_path).owned(),
        ):
            pass


def test_service_file_exists_while_owned(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "new")
    with state.owned():
        state.announce("http://127.0.0.1:8123", "postgresql+psycopg:///dti")
        service = json.loads((tmp_path / "new" / "service.json").read_text())
        assert service == {"url": "http://127.0.0.1:8123", "pid": os.getpid(), "database": "postgresql+psycopg:///dti"}
    assert not (tmp_path / "new" / "service.json").exists()


def test_unreadable_service_file_of_a_killed_owner_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "service.json").write_text("{")
    with StateFolder(tmp_path).owned(), pytest.raises(StackError, match="running already: "), StateFolder(tmp_path).owned():
        pass


def test_processes_left_behind_are_ended_and_others_are_not(tmp_path: Path) -> None:
    ours = subprocess.Popen(["sleep", "60"], env=StateFolder(tmp_path).mark)
    others = subprocess.Popen(["sleep", "60"], env=StateFolder(tmp_path / "other").mark)
    try:
        with StateFolder(tmp_path).owned():
            assert not psutil.pid_exists(ours.pid)
            assert others.poll() is None
    finally:
        ours.kill()
        others.kill()
        ours.wait()
        others.wait()

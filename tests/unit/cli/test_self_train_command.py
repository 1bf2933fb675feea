from __future__ import annotations

import pytest

from dti.cli.self_train import moves


def test_a_run_that_nobody_takes_says_what_it_needs_once(capsys: pytest.CaptureFixture[str]) -> None:
    show = moves()
    pending = {"state": "pending", "round": 0, "stage": "", "done": 0, "total": 0}
    for _ in range(9):
        show(pending)  # type: ignore[arg-type] # what is told
    show({**pending, "state": "running", "stage": "label"})  # type: ignore[typeddict-item] # what is told
    waiting, hint, running = capsys.readouterr().err.splitlines()
    assert (waiting, running) == ("pending: round 0, waiting 0/0", "running: round 0, label 0/0")
    assert "dti worker --queues train" in hint


def test_a_run_that_is_taken_in_time_says_nothing_of_workers(capsys: pytest.CaptureFixture[str]) -> None:
    show = moves()
    for state in ("pending", "pending", "running", "pending", "running"):
        show({"state": state, "round": 0, "stage": "", "done": 0, "total": 0})  # type: ignore[typeddict-item] # what is told
    assert "worker" not in capsys.readouterr().err

from __future__ import annotations

import json

import pytest

from workers.stack.display import JsonDisplay, LiveDisplay, PlainDisplay
from workers.stack.parts import PartState


def test_plain_lines_go_to_stderr_and_the_url_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    with PlainDisplay() as display:
        display.show("postgres", PartState.WAITING)
        display.show("postgres", PartState.UP, "pid 7")
        display.announce("http://127.0.0.1:1")
    printed = capsys.readouterr()
    assert printed.out == "DTI answers at http://127.0.0.1:1\n"
    assert printed.err.split() == ["0.0", "s", "postgres", "up", "pid", "7"]


def test_json_is_one_object_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    with JsonDisplay() as display:
        display.show("api", PartState.RESTARTING, "exit code -9")
        display.announce("http://127.0.0.1:1")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [{"part": "api", "state": "restarting", "detail": "exit code -9"}, {"url": "http://127.0.0.1:1"}]


def test_live_table_ends_with_the_last_state_of_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    with LiveDisplay() as display:
        display.show("api", PartState.STARTING)
        display.show("api", PartState.UP, "pid 7 [not markup]")
    assert "pid 7 [not markup]" in capsys.readouterr().err

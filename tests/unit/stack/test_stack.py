"""What the embedded stack consists of; nothing is started."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from dti.settings import Settings
from workers.stack.parts import Part
from workers.stack.redis_server import EmbeddedRedis
from workers.stack.stack import EmbeddedStack
from workers.stack.state import StateFolder


@pytest.fixture
def stages(tmp_path: Path) -> list[list[Part]]:
    redis = EmbeddedRedis(tmp_path / "redis")
    redis.prepare()  # chooses port and password
    redis.clean_up()
    stack = EmbeddedStack(StateFolder(tmp_path), Settings(model_dir=Path("some/model")))
    return [list(stage) for stage in stack.stages(8123)]


def test_servers_then_schema_then_everything_that_needs_them(stages: list[list[Part]]) -> None:
    names = [[part.name for part in stage] for stage in stages]
    assert names[:2] == [["postgres", "redis"], ["migrate"]]
    assert [name for name in names[2] if name != "worker-train"] == ["worker-pull", "worker-extract", "beat", "api"]


def test_training_needs_its_extra(stages: list[list[Part]]) -> None:
    installed = importlib.util.find_spec("torch") is not None and importlib.util.find_spec("transformers") is not None
    assert ("worker-train" in {part.name for part in stages[2]}) is installed


def test_only_the_schema_runs_once(stages: list[list[Part]]) -> None:
    assert [part.name for stage in stages for part in stage if part.once] == ["migrate"]


def test_our_programs_get_their_settings_by_environment(stages: list[list[Part]], tmp_path: Path) -> None:
    for part in (*stages[1], *stages[2]):
        command = part.command()
        assert command.argv[0] == sys.executable
        assert command.environment["DTI_DATABASE_URL"].startswith("postgresql+psycopg://")
        assert command.environment["DTI_BROKER_URL"].startswith("redis://")
        assert command.environment["DTI_MODEL_DIR"] == str(Path("some/model").resolve())


def test_every_process_is_marked_and_has_a_log_of_its_own(stages: list[list[Part]], tmp_path: Path) -> None:
    commands = [part.command() for stage in stages for part in stage]
    mark = StateFolder(tmp_path).mark
    assert all(mark.items() <= command.environment.items() for command in commands)
    assert len({command.log for command in commands}) == len(commands)


def test_no_secret_is_in_a_process_list(stages: list[list[Part]], tmp_path: Path) -> None:
    password = (tmp_path / "redis" / "password").read_text()
    assert not any(password in argument for stage in stages for part in stage for argument in part.command().argv)

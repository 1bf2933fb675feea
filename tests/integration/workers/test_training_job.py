"""Training as a job."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.engine import SessionFactory
from db.locks import advisory_lock
from dti.errors import TrainingError
from workers.training import train

pytestmark = pytest.mark.integration


def test_a_run_that_fails_says_why(session_factory: SessionFactory, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"(?s)nowhere\.toml ended with 2: .*does not exist"):
        train(session_factory, str(tmp_path / "nowhere.toml"), str(tmp_path), str(tmp_path / "out"))


def test_a_second_delivery_leaves_the_first_alone(session_factory: SessionFactory, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    with advisory_lock(session_factory, f"train:{out}"):
        train(session_factory, str(tmp_path / "nowhere.toml"), str(tmp_path), out)

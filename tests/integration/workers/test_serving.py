"""Which model a worker reads with, and how it comes to a machine."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from db.engine import SessionFactory
from db.repository import models
from db.unit_of_work import UnitOfWork
from dti.domain.models import Act
from dti.errors import CheckpointError
from dti.model.checkpoint import Checkpoint
from dti.model.shelf import UNUSED_SECONDS, Shelf, read_files
from dti.sums import SUMS
from tests.checkpoints import hollow
from workers.serving import Serving, fetched, register_shipped

pytestmark = pytest.mark.integration


@pytest.fixture
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hollow(tmp_path_factory.mktemp("shipped") / "model", "embedded").folder


def add(sessions: SessionFactory, checkpoint: Checkpoint) -> None:
    files = read_files(checkpoint.folder)
    with UnitOfWork(sessions) as unit:
        models.register(unit.session, models.verified(files), files)
        unit.commit()


def promote(sessions: SessionFactory, sha256: str) -> None:
    with UnitOfWork(sessions) as unit:
        models.promote(unit.session, sha256, Act())
        unit.commit()


def test_an_empty_registry_is_given_the_shipped_model(session_factory: SessionFactory, shipped: Path, tmp_path: Path) -> None:
    loaded: list[Path] = []
    serving = Serving(session_factory, Shelf(tmp_path), shipped, lambda folder: loaded.append(folder) or folder)
    sha256 = Checkpoint.open(shipped).sha256

    assert serving.current() == serving.current() == tmp_path / sha256
    assert loaded == [tmp_path / sha256]
    assert register_shipped(session_factory, shipped) == sha256
    assert Checkpoint.open(tmp_path / sha256).sha256 == sha256


def test_a_promotion_reaches_the_next_task_of_a_running_worker(
    session_factory: SessionFactory, shipped: Path, tmp_path: Path
) -> None:
    serving = Serving(session_factory, Shelf(tmp_path / "shelf"), shipped, lambda folder: Checkpoint.open(folder).name)
    assert serving.current() == "embedded"
    other = hollow(tmp_path / "other", "other")
    add(session_factory, other)
    assert serving.current() == "embedded"
    promote(session_factory, other.sha256)
    assert serving.current() == "other"
    with UnitOfWork(session_factory) as unit:
        models.roll_back(unit.session, Act())
        unit.commit()
    assert serving.current() == "embedded"


def test_another_shipped_model_waits_for_a_person(session_factory: SessionFactory, shipped: Path, tmp_path: Path) -> None:
    sha256 = register_shipped(session_factory, shipped)
    assert register_shipped(session_factory, hollow(tmp_path / "newer", "newer").folder) == sha256


def test_a_damaged_copy_is_fetched_again(session_factory: SessionFactory, shipped: Path, tmp_path: Path) -> None:
    sha256 = register_shipped(session_factory, shipped)
    folder = fetched(session_factory, Shelf(tmp_path), sha256).folder
    (folder / "card.json").write_text("{}")
    assert fetched(session_factory, Shelf(tmp_path), sha256).name == "embedded"
    assert [path.name for path in tmp_path.iterdir()] == [sha256]


def test_what_nobody_asked_for_in_a_month_makes_room(session_factory: SessionFactory, shipped: Path, tmp_path: Path) -> None:
    first, shelf = register_shipped(session_factory, shipped), Shelf(tmp_path / "shelf")
    others = [hollow(tmp_path / name, name) for name in ("second", "third")]
    for other in others:
        add(session_factory, other)
    for sha256 in (first, others[0].sha256):
        _aged(fetched(session_factory, shelf, sha256).folder)
    _aged(shelf.root / "cut-short.draft")

    fetched(session_factory, shelf, first)  # asked for again
    fetched(session_factory, shelf, others[1].sha256)

    assert {path.name for path in shelf.root.iterdir()} == {first, others[1].sha256}
    assert fetched(session_factory, shelf, others[0].sha256).name == "second"


def _aged(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    old = time.time() - UNUSED_SECONDS - 60
    os.utime(folder, (old, old))


def test_files_that_are_not_what_they_are_called_are_refused(shipped: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    files = {name: [content] for name, content in read_files(shipped).items()}
    with pytest.raises(CheckpointError, match="not 0000"):
        shelf.get("0" * 64, files.items)
    with pytest.raises(CheckpointError, match="outside"):
        shelf.get("0" * 64, lambda: [("../escaped", [b""])])
    with pytest.raises(CheckpointError, match=SUMS):
        shelf.get("0" * 64, lambda: [("card.json", [b"{}"])])
    assert list(tmp_path.iterdir()) == []

"""Which model this process reads with: the registry's active one, asked for anew by every task."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from db.engine import SessionFactory
from db.repository import models
from db.unit_of_work import UnitOfWork
from dti.model.checkpoint import Checkpoint
from dti.model.shelf import Shelf, read_files

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


def register_shipped(sessions: SessionFactory, folder: Path) -> str:
    """Put the checkpoint of a folder into the registry, as the active model where there is none; returns the active one.

    Any number of workers may do so at once. Raises CheckpointError.
    """
    checkpoint = Checkpoint.open(folder)
    with UnitOfWork(sessions) as unit:
        files = read_files(folder)
        if models.register_first(unit.session, models.verified(files), files):
            _LOG.info("model %s (%s) is the first one in the registry, and active", checkpoint.name, checkpoint.sha256[:12])
        unit.commit()
        return models.active(unit.session) or checkpoint.sha256


def fetched(sessions: SessionFactory, shelf: Shelf, sha256: str) -> Checkpoint:
    """A model of the registry as a folder on this machine; raises CheckpointError or NotFoundError."""

    def fetch() -> Iterator[tuple[str, Iterable[bytes]]]:
        with UnitOfWork(sessions) as unit:
            for path in models.files(unit.session, sha256):
                yield path, models.pieces(unit.session, sha256, path)

    return shelf.get(sha256, fetch)


@dataclass(slots=True)
class Serving(Generic[T]):
    """Holds what `load` makes of the active model until another model is active.

    A task takes what `current` gives it and keeps to that: a promotion meanwhile reaches the next task.
    """

    sessions: SessionFactory
    shelf: Shelf
    shipped: Path
    load: Callable[[Path], T]
    _held: tuple[str, T] | None = field(default=None, init=False)

    def current(self) -> T:
        """What reads with the active model; raises CheckpointError."""
        sha256 = self._active()
        if self._held is None or self._held[0] != sha256:
            self._held = None  # two models need not fit into memory
            self._held = (sha256, self.load(fetched(self.sessions, self.shelf, sha256).folder))
            _LOG.info("reading with model %s", sha256[:12])
        return self._held[1]

    def _active(self) -> str:
        with UnitOfWork(self.sessions) as unit:
            found = models.active(unit.session)
        return found or register_shipped(self.sessions, self.shipped)

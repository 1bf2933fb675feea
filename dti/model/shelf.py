"""Checkpoint folders under their own hash, fetched once from wherever they are kept."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from dti.errors import CheckpointError
from dti.model.checkpoint import Checkpoint
from dti.sums import SUMS, names

UNUSED_SECONDS = 30 * 24 * 3600.0

Fetch = Callable[[], Iterable[tuple[str, Iterable[bytes]]]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of checkpoint folders; processes may share it, each folder appears complete or not at all.

    What nobody has asked for in 30 days goes when another model comes. That harms no reader: a model that serves is in
    memory, a training run asks anew whenever it starts, and whoever asks later has it fetched again.
    """

    root: Path

    def get(self, sha256: str, fetch: Fetch) -> Checkpoint:
        """The checkpoint; `fetch` is asked for its files (path, pieces) unless they are here and agree with their sums.

        Raises CheckpointError where what was fetched is not what `sha256` names.
        """
        folder = self.root / sha256
        if self._taken(folder):
            try:
                return _opened(folder, sha256)
            except CheckpointError:
                shutil.rmtree(folder, ignore_errors=True)  # cut short, or tampered with
        draft = self._drafted(sha256)
        try:
            write_files(draft, fetch())
            _opened(draft, sha256)
            _rename(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        self._clear()
        return _opened(folder, sha256)

    def _taken(self, folder: Path) -> bool:
        """Whether the folder is here; if so, its days begin anew."""
        with self._alone():
            if not folder.is_dir():
                return False
            with suppress(PermissionError):  # another user's shelf, who looks after it
                os.utime(folder)
            return True

    def _clear(self) -> None:
        for folder in self.root.iterdir():
            gone = self._drafted(folder.name)
            with suppress(OSError), self._alone():  # another user's, or another process was quicker
                if time.time() - folder.stat().st_mtime > UNUSED_SECONDS:
                    folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def _drafted(self, name: str) -> Path:
        return self.root / f"{name[:64]}.{uuid4().hex[:8]}.draft"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process looks at, or takes away, a folder meanwhile."""
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with suppress(OSError):  # a network's file system may not know such locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def write_files(folder: Path, files: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    """Write files into a new folder; raises CheckpointError for a path that leads out of it."""
    folder.mkdir(parents=True)
    for name, pieces in files:
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise CheckpointError(f"{name}: outside the checkpoint folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(pieces)


def read_files(folder: Path) -> Mapping[str, bytes]:
    """The files of a verified checkpoint folder by their path in it; what its list of sums does not name is left out."""
    return {name: (folder / name).read_bytes() for name in (*names(folder), SUMS)}


def _rename(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was quicker, with the same files
            raise


def _opened(folder: Path, sha256: str) -> Checkpoint:
    checkpoint = Checkpoint.open(folder)
    if checkpoint.sha256 != sha256:
        raise CheckpointError(f"{folder}: is {checkpoint.sha256[:12]}, not {sha256[:12]}")
    return checkpoint

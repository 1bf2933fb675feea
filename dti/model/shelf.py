"""Checkpoint folders under their own hash, fetched once from wherever they are kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from dti.errors import CheckpointError
from dti.model.checkpoint import Checkpoint
from dti.sums import SUMS, names

Fetch = Callable[[], Iterable[tuple[str, Iterable[bytes]]]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of checkpoint folders; processes may share it, each folder appears complete or not at all."""

    root: Path

    def get(self, sha256: str, fetch: Fetch) -> Checkpoint:
        """The checkpoint; `fetch` is asked for its files (path, pieces) unless they are here and agree with their sums.

        Raises CheckpointError where what was fetched is not what `sha256` names.
        """
        folder = self.root / sha256
        if folder.is_dir():
            try:
                return _opened(folder, sha256)
            except CheckpointError:
                shutil.rmtree(folder, ignore_errors=True)  # cut short, or tampered with
        draft = self.root / f"{sha256}.{uuid4().hex[:8]}.draft"
        try:
            write_files(draft, fetch())
            _opened(draft, sha256)
            _rename(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return _opened(folder, sha256)


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

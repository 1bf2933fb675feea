"""Folders whose files stand under SHA-256 sums, in the format of `sha256sum`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from dti.errors import CheckpointError

SUMS = "SHA256SUMS"


def write(folder: Path) -> str:
    """List the sums of all files in `folder`; returns the SHA-256 of the list, which so stands for every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / SUMS)
    sums = "".join(f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files).encode()
    (folder / SUMS).write_bytes(sums)
    return hashlib.sha256(sums).hexdigest()


def verify(folder: Path, required: Iterable[str]) -> str:
    """The SHA-256 of the list, once `required` and all in it agree; raises CheckpointError that names the file at fault."""
    sums = folder / SUMS
    try:
        content = sums.read_bytes()
        listed = _listed(content)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{sums}: no list of sums ({error})") from error
    for name in dict.fromkeys((*required, *listed)):
        _verify_file(folder, name, listed.get(name))
    return hashlib.sha256(content).hexdigest()


def names(folder: Path) -> tuple[str, ...]:
    """The files that a verified folder lists."""
    return tuple(_listed((folder / SUMS).read_bytes()))


def _listed(content: bytes) -> dict[str, str]:
    """Sums by file name; raises ValueError where a line is no such pair."""
    rows = (line.split("  ", maxsplit=1) for line in content.decode().splitlines())
    return {name: expected for expected, name in rows}


def _verify_file(folder: Path, name: str, expected: str | None) -> None:
    path = folder / name
    if expected is None:
        raise CheckpointError(f"{path}: not in {SUMS}")
    if not path.resolve().is_relative_to(folder.resolve()):
        raise CheckpointError(f"{path}: outside its folder")
    if not path.is_file():
        raise CheckpointError(f"{path}: missing")
    if sha256(path) != expected:
        raise CheckpointError(f"{path}: its SHA-256 differs from {SUMS}")


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""The lexicon file: named arrays behind a JSON header, mapped into memory rather than read.

Layout: 8 bytes of magic, the header's length (8 bytes, little-endian), the header, the arrays at 64-byte boundaries. The file's
last 32 bytes are the SHA-256 of all before them.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from dti.errors import LexiconError

FORMAT = 1

_MAGIC = b"DTILEX\x00\x01"
_ALIGNMENT = 64
_DIGEST = 32
_READABLE = 0o644
_CHUNK = 1 << 20


def write(path: Path, arrays: Mapping[str, npt.NDArray[np.generic]], meta: Mapping[str, str]) -> None:
    """Write atomically: the file appears under its name whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sections, at = {}, 0
    for name, array in arrays.items():
        sections[name] = {"offset": at, "dtype": array.dtype.str, "count": len(array)}
        at += _padded(array.nbytes)
    header = orjson.dumps({"format": FORMAT, "meta": dict(meta), "sections": sections})
    header += b" " * (_padded(len(header) + 16) - len(header) - 16)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            digest = hashlib.sha256()
            for part in (_MAGIC, len(header).to_bytes(8, "little"), header, *map(_bytes, arrays.values())):
                digest.update(part)
                stream.write(part)
            stream.write(digest.digest())
        Path(temporary).chmod(_READABLE)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def read(path: Path) -> tuple[Mapping[str, npt.NDArray[np.generic]], Mapping[str, str]]:
    """Arrays and meta of a file; raises LexiconError if it is damaged or of another format."""
    with path.open("rb") as stream:
        _verify(path, stream.fileno())
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    length = int.from_bytes(mapped[8:16], "little")
    header = orjson.loads(mapped[16 : 16 + length])
    if header["format"] != FORMAT:
        raise LexiconError(f"{path}: lexicon format {header['format']}, this version reads {FORMAT}")
    base = 16 + length
    arrays = {
        name: np.frombuffer(mapped, dtype=section["dtype"], count=section["count"], offset=base + section["offset"])
        for name, section in header["sections"].items()
    }
    return arrays, header["meta"]


def _verify(path: Path, descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    if size < len(_MAGIC) + 8 + _DIGEST or os.pread(descriptor, len(_MAGIC), 0) != _MAGIC:
        raise LexiconError(f"{path}: not a lexicon file")
    digest, at, end = hashlib.sha256(), 0, size - _DIGEST
    while at < end:
        chunk = os.pread(descriptor, min(_CHUNK, end - at), at)
        digest.update(chunk)
        at += len(chunk)
    if digest.digest() != os.pread(descriptor, _DIGEST, end):
        raise LexiconError(f"{path}: checksum differs, the file is damaged")


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _bytes(array: npt.NDArray[np.generic]) -> bytes:
    return array.tobytes().ljust(_padded(array.nbytes), b"\0")

"""The arrays of a CTranslate2 model file (binary version 6), as numbers again: int8 rows times their scales."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dti.errors import CheckpointError

_VERSION = 6
_TYPES = tuple(np.dtype(name) for name in ("float32", "int8", "int16", "int32", "float16"))
_SCALE = "_scale"


class _Reader:
    """Little-endian fields one after the other, as CTranslate2's `ModelSpec` writes them."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(f"<{form}", self._content, self._at)
        self._at += struct.calcsize(f"<{form}")
        return int(value)

    def text(self) -> str:
        return self.block(self.number("H"))[:-1].decode()  # it ends in a zero byte

    def block(self, size: int) -> bytes:
        if self._at + size > len(self._content):
            raise ValueError("the file ends too early")
        self._at += size
        return self._content[self._at - size : self._at]

    def array(self) -> npt.NDArray[np.generic]:
        shape = [self.number("I") for _ in range(self.number("B"))]
        kind = _TYPES[self.number("B")]
        return np.frombuffer(self.block(self.number("I")), kind).reshape(shape)


def read_weights(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    """All arrays of a model file by name, scalars included; raises CheckpointError if it is no such file."""
    try:
        reader = _Reader(path.read_bytes())
        if (version := reader.number("I")) != _VERSION:
            raise ValueError(f"version {version}, not {_VERSION}")
        reader.text()  # the specification's name and revision
        reader.number("I")
        arrays = {reader.text(): reader.array() for _ in range(reader.number("I"))}
        aliases = {reader.text(): reader.text() for _ in range(reader.number("I"))}  # equal arrays are written once
        arrays |= {alias: arrays[name] for alias, name in aliases.items()}
    except (OSError, ValueError, IndexError, KeyError, struct.error) as error:
        raise CheckpointError(f"{path}: no weights to go on from ({error})") from error
    return {name: _plain(value, arrays.get(name + _SCALE)) for name, value in arrays.items() if not name.endswith(_SCALE)}


def _plain(value: npt.NDArray[np.generic], scale: npt.NDArray[np.generic] | None) -> npt.NDArray[np.float32]:
    """A row of a quantised matrix is the row divided by its scale."""
    numbers = value.astype(np.float32)
    return numbers if scale is None else numbers / scale.astype(np.float32)[:, None]

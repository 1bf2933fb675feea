"""A lexicon file made small enough to be shipped: compressed, and without what follows from the rest."""

from __future__ import annotations

import lzma
import tempfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import orjson

from dti.errors import LexiconError
from dti.lexicon import store
from dti.lexicon.compile import identifier_index
from dti.lexicon.hashing import Hashes, sieve

_DERIVED = frozenset({"id_hashes", "id_owners", "sieve"})
# Stated, so that every version of the library writes the same bytes.
_FILTERS = ({"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 1 << 26},)


def pack(source: Path, path: Path) -> None:
    """Write the lexicon file `source` to `path`, packed; the same input gives the same bytes."""
    arrays, meta = store.read(source)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        bare = Path(folder) / path.name
        store.write(bare, {name: array for name, array in arrays.items() if name not in _DERIVED}, meta)
        packed = lzma.compress(bare.read_bytes(), format=lzma.FORMAT_XZ, check=lzma.CHECK_SHA256, filters=_FILTERS)
        bare.write_bytes(packed)
        bare.replace(path)


def unpack(packed: bytes, path: Path) -> None:
    """Write the lexicon file that was packed to `path`; raises LexiconError if the bytes are damaged."""
    try:
        plain = lzma.decompress(packed, format=lzma.FORMAT_XZ)
    except lzma.LZMAError as error:
        raise LexiconError(f"packed lexicon: {error}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        bare = Path(folder) / path.name
        bare.write_bytes(plain)
        arrays, meta = store.read(bare)
        derived = {**identifier_index(_identifiers(arrays)), "sieve": sieve(cast("Hashes", arrays["hashes"]))}
        store.write(path, {**arrays, **derived}, meta)


def _identifiers(arrays: Mapping[str, npt.NDArray[np.generic]]) -> Iterator[tuple[str, ...]]:
    blob = arrays["entities"].tobytes()
    for start, end in pairwise(arrays["entity_offsets"].tolist()):
        curie, _, _, _, _, same, _ = orjson.loads(blob[start:end])
        yield curie, *same

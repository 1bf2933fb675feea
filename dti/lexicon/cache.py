"""Compile a folder of download files, or unpack a file, once; find the result again by the hash of what it came from."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from dti.errors import LexiconError
from dti.lexicon import store
from dti.lexicon.compile import compile_entities
from dti.lexicon.lexicon import Lexicon
from dti.lexicon.merge import merge
from dti.lexicon.packed import pack, unpack
from dti.lexicon.sources import LEXICON_SOURCES
from dti.sums import sha256 as sum_of

logger = logging.getLogger(__name__)

# Raised whenever reading, folding or compiling changes, so that older caches are not used.
_COMPILER = "2"
# The same for what one source reads of one file: lexicons without it stay as they are, the embedded one byte for byte.
_REVISIONS: Mapping[str, int] = {"uniprot/uniprot_human.tsv": 1}


def open_lexicon(source: Path, cache: Path) -> Lexicon:
    """The lexicon of a folder of download files, or of one packed file; mapped from `cache`, where it is put at first use.

    A damaged file in the cache is made again; without a cache that can be written, it is made for the process. Raises
    LexiconError if the folder holds no known file or the packed file is damaged, MalformedInputError if a download file is not
    what its name promises.
    """
    if source.is_dir():
        sha256 = _fingerprint(source)
        return _cached(cache, sha256, lambda path: _compile(source, path, sha256))
    packed = _read(source)
    return _cached(cache, hashlib.sha256(packed).hexdigest(), lambda path: unpack(packed, path))


def build_lexicon(folder: Path, path: Path) -> Lexicon:
    """Compile a folder of download files into one packed file; raises as `open_lexicon` does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as cache:
        compiled = Path(cache) / "lexicon.bin"
        _compile(folder, compiled, _fingerprint(folder))
        pack(compiled, path)
        return Lexicon(*store.read(compiled))


def _cached(cache: Path, sha256: str, make: Callable[[Path], None]) -> Lexicon:
    path = cache / f"lexicon-{sha256[:16]}.bin"
    if path.exists():
        try:
            return Lexicon(*store.read(path))
        except LexiconError as error:
            logger.warning("making the lexicon again: %s", error)
    try:
        make(path)
        return Lexicon(*store.read(path))
    except OSError as error:
        logger.warning("%s: %s; made for this process only (DTI_CACHE_DIR names the cache)", path, error.strerror or error)
    with tempfile.TemporaryDirectory() as folder:  # what is mapped outlives its name
        path = Path(folder) / path.name
        make(path)
        return Lexicon(*store.read(path))


def _compile(folder: Path, path: Path, sha256: str) -> None:
    logger.info("compiling the lexicon of %s", folder)
    sources = [(name, LEXICON_SOURCES.build(name)) for name in LEXICON_SOURCES]
    entities = merge((name, record) for name, source in sources for record in source.records(folder))
    store.write(path, compile_entities(entities), {"sha256": sha256})


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LexiconError(f"{path}: {error.strerror or error}") from error


def _fingerprint(folder: Path) -> str:
    """SHA-256 over the format, the compiler and every known file that is there."""
    files = sorted({file for name in LEXICON_SOURCES for file in LEXICON_SOURCES[name].files if (folder / file).is_file()})
    if not files:
        raise LexiconError(f"{folder}: no file of a known lexicon source")
    total = hashlib.sha256(f"{store.FORMAT}/{_COMPILER}".encode())
    for file in files:
        read_anew = f" {_REVISIONS[file]}" if file in _REVISIONS else ""
        total.update(f"\n{file} {sum_of(folder / file)}{read_anew}".encode())
    return total.hexdigest()

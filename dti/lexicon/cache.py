"""Compile a folder of download files once, and find the result again by the hashes of what it came from."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from dti.errors import LexiconError
from dti.lexicon import store
from dti.lexicon.compile import compile_entities
from dti.lexicon.lexicon import Lexicon
from dti.lexicon.merge import merge
from dti.lexicon.sources import LEXICON_SOURCES

logger = logging.getLogger(__name__)

# Raised whenever reading, folding or compiling changes, so that older caches are not used.
_COMPILER = "2"


def open_lexicon(folder: Path, cache: Path) -> Lexicon:
    """The lexicon of the download files in `folder`, compiled into `cache` if it is not there yet.

    A damaged file in the cache is compiled again. Raises LexiconError if the folder holds no known file, MalformedInputError if
    one is not what its name promises.
    """
    sha256 = _fingerprint(folder)
    path = cache / f"lexicon-{sha256[:16]}.bin"
    if path.exists():
        try:
            return Lexicon(*store.read(path))
        except LexiconError as error:
            logger.warning("compiling the lexicon again: %s", error)
    logger.info("compiling the lexicon of %s", folder)
    sources = [(name, LEXICON_SOURCES.build(name)) for name in LEXICON_SOURCES]
    entities = merge((name, record) for name, source in sources for record in source.records(folder))
    store.write(path, compile_entities(entities), {"sha256": sha256})
    return Lexicon(*store.read(path))


def _fingerprint(folder: Path) -> str:
    """SHA-256 over the format, the compiler and every known file that is there."""
    files = sorted({file for name in LEXICON_SOURCES for file in LEXICON_SOURCES[name].files if (folder / file).is_file()})
    if not files:
        raise LexiconError(f"{folder}: no file of a known lexicon source")
    total = hashlib.sha256(f"{store.FORMAT}/{_COMPILER}".encode())
    for file in files:
        with (folder / file).open("rb") as stream:
            total.update(f"\n{file} {hashlib.file_digest(stream, 'sha256').hexdigest()}".encode())
    return total.hexdigest()

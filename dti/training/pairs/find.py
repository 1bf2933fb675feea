"""Candidates of many documents, on all threads of a run."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from dti.codecs.pointer import MOST
from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.lexicon import open_lexicon
from dti.mentions import Recogniser, Tagger, selector
from dti.pairing import Frequencies

_CHUNK = 64
_ABSTRACT_CHARACTERS = 4000


class Finder:
    """Opens the lexicon once per process; a context manager that ends its processes."""

    def __init__(self, names: Path, cache: Path, processes: int, tagger: Path | None = None) -> None:
        open_lexicon(names, cache)  # compiled once, before every process maps it
        context = get_context("spawn")  # a forked torch may hang
        self._pool = ProcessPoolExecutor(processes, context, initializer=_open, initargs=(names, cache, tagger))

    def __enter__(self) -> Finder:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def __call__(self, documents: Sequence[Document]) -> Iterable[tuple[Candidate, ...]]:
        """Candidates of each document, in order."""
        return self._pool.map(_find, documents, chunksize=_CHUNK)

    def frequencies(self, data: Path, most: int) -> Frequencies:
        """Counted in the first `most` unlabelled abstracts; empty where there are none."""
        return Frequencies.count(self(list(islice(abstracts(data), most))))


_FOUND: dict[str, Callable[[Document], tuple[Candidate, ...]]] = {}


def _open(names: Path, cache: Path, tagger: Path | None) -> None:
    recogniser = Recogniser(open_lexicon(names, cache), Tagger.open(tagger) if tagger else None)
    _FOUND["find"] = selector(recogniser, MOST)


def _find(document: Document) -> tuple[Candidate, ...]:
    return _FOUND["find"](document)


def abstracts(data: Path) -> Iterator[Document]:
    """Unlabelled abstracts of a data folder; none where it has none."""
    path = data / "unlabelled" / "abstracts.jsonl.xz"
    if not path.exists():
        return
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield Document(
                source="abstract", id=str(row["id"]), title=row["title"], abstract=row["text"][:_ABSTRACT_CHARACTERS]
            )

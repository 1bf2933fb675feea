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
    """Opens the lexicon once per process; a context manager that ends its processes. A single process is this one."""

    def __init__(self, names: Path, cache: Path, processes: int, tagger: Path | None = None) -> None:
        open_lexicon(names, cache)  # compiled once, before every process maps it
        self._own = _opened(names, cache, tagger) if processes == 1 else None
        if self._own:
            return
        context = get_context("spawn")  # a forked torch may hang
        self._pool = ProcessPoolExecutor(processes, context, initializer=_open, initargs=(names, cache, tagger))

    def __enter__(self) -> Finder:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._own:
            self._pool.shutdown(cancel_futures=True)

    def __call__(self, documents: Sequence[Document]) -> Iterable[tuple[Candidate, ...]]:
        """Candidates of each document, in order."""
        return map(self._own, documents) if self._own else self._pool.map(_find, documents, chunksize=_CHUNK)

    def frequencies(self, data: Path, most: int) -> Frequencies:
        """Counted in the first `most` unlabelled abstracts; empty where there are none."""
        return Frequencies.count(self(list(islice(abstracts(data), most))))


_Find = Callable[[Document], tuple[Candidate, ...]]
_FOUND: dict[str, _Find] = {}


def _opened(names: Path, cache: Path, tagger: Path | None) -> _Find:
    recogniser = Recogniser(open_lexicon(names, cache), Tagger.open(tagger) if tagger else None)
    return selector(recogniser, MOST)


def _open(names: Path, cache: Path, tagger: Path | None) -> None:
    _FOUND["find"] = _opened(names, cache, tagger)


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

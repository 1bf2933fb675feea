"""Unlabelled literature as passages, streamed; nothing of the development documents is in it."""

from __future__ import annotations

import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from dti.errors import TrainingError
from dti.training.corpora import Corpora, Example

FILES = ("abstracts", "paragraphs", "fulltext")

_WORD = re.compile(r"\w+")
_SHINGLE = 5  # words in a row
_COPIED = 0.2  # share of a development document's shingles that makes another document a near-duplicate
_LEAST_CHARACTERS = 80

_Shingle = tuple[str, ...]


class Guard:
    """Tells documents that must not be read: development PMIDs, and texts that repeat a development document."""

    def __init__(self, held_out: Iterable[Example]) -> None:
        self._pmids: set[str] = set()
        self._where: dict[_Shingle, list[int]] = {}
        self._sizes: list[int] = []
        for number, example in enumerate(held_out):
            held = shingles(example.source)
            self._pmids.add(example.pmid)
            self._sizes.append(len(held))
            for shingle in held:
                self._where.setdefault(shingle, []).append(number)

    def admits(self, pmid: str | None, text: str) -> bool:
        """False for a held-out PMID, or if `text` holds a fifth of the word 5-grams of one held-out document."""
        if pmid in self._pmids:
            return False
        hits = Counter(number for shingle in shingles(text) for number in self._where.get(shingle, ()))
        return all(hit < _COPIED * self._sizes[number] for number, hit in hits.items())


def shingles(text: str) -> set[_Shingle]:
    """The word 5-grams of a text, in lower case."""
    words = _WORD.findall(text.lower())
    return set(zip(*(words[offset:] for offset in range(_SHINGLE)), strict=False))


@dataclass(frozen=True, slots=True)
class Pool:
    """`unlabelled/*.jsonl.xz` of a data folder, behind a guard."""

    folder: Path
    guard: Guard

    @classmethod
    def of(cls, data: Path, corpora: Corpora) -> Pool:
        """The pool of `data` that holds nothing of the development split of `corpora`."""
        return cls(data / "unlabelled", Guard(corpora.development))

    def passages(self, weights: Mapping[str, float], characters: int, seed: str) -> Iterator[Example]:
        """One epoch in an order that depends on the seed alone; a file's weight is the share of its documents that is read.

        Raises TrainingError if there is no file, or a weight names none of FILES.
        """
        if unknown := sorted(set(weights) - set(FILES)):
            raise TrainingError(f"weights: no unlabelled file {unknown[0]!r} (one of: {', '.join(FILES)})")
        rng = random.Random(seed)  # noqa: S311 - reproducible sampling, no secret
        for name, line in self._lines(rng):
            if rng.random() >= weights.get(name, 1.0):
                continue
            row = json.loads(line)
            text = " ".join(f"{row['title']} {row['text']}".split())
            if self.guard.admits(row["pmid"], text):
                parts = (part for part in cut(text, characters) if len(part) >= _LEAST_CHARACTERS)
                yield from (Example(f"{row['id']}@{n}", row["pmid"] or "", name, part, ()) for n, part in enumerate(parts))

    def _lines(self, rng: random.Random) -> Iterator[tuple[str, str]]:
        """Lines of all files, each file drawn from as often as its size asks for, so that no file comes last as a block."""
        with ExitStack() as stack:
            paths = {name: path for name in FILES if (path := self.folder / f"{name}.jsonl.xz").exists()}
            if not paths:
                raise TrainingError(f"no unlabelled literature in {self.folder}")
            lines: dict[str, TextIO] = {
                name: stack.enter_context(lzma.open(path, "rt", encoding="utf-8")) for name, path in paths.items()
            }
            sizes = {name: path.stat().st_size for name, path in paths.items()}
            while lines:
                name = rng.choices(list(lines), [sizes[name] for name in lines])[0]
                if line := lines[name].readline():
                    yield name, line
                else:
                    del lines[name]


def cut(text: str, characters: int) -> Iterator[str]:
    """Pieces of at most `characters` each, cut at spaces where there are any."""
    while len(text) > characters:
        at = text.rfind(" ", 0, characters + 1)
        end = at if at > 0 else characters
        yield text[:end]
        text = text[end:].lstrip()
    yield text

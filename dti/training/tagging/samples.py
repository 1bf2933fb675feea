"""Labelled corpora as words with tags; the corpora list names, which are marked wherever the text has them."""

from __future__ import annotations

import html
import json
import lzma
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dti.errors import TrainingError
from dti.mentions.features import WORD
from dti.mentions.tagger import KINDS, OUTSIDE

_LETTER = {
    "CHEMICAL": "D",
    "ChemicalEntity": "D",
    "GENE": "T",
    "GENE-Y": "T",
    "GENE-N": "T",
    "GeneOrGeneProduct": "T",
}
TAGS = (OUTSIDE, *(f"{place}-{letter}" for letter in KINDS for place in "BILU"))


@dataclass(frozen=True, slots=True)
class Sample:
    """Words of one document with the tag of each (BILOU)."""

    words: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def names(self) -> frozenset[tuple[int, int, str]]:
        """Marked names: first word, last word, letter of the kind."""
        firsts = [at for at, tag in enumerate(self.tags) if tag[0] in "BU"]
        lasts = [at for at, tag in enumerate(self.tags) if tag[0] in "LU"]
        return frozenset((first, last, self.tags[first][-1]) for first, last in zip(firsts, lasts, strict=True))


def read_samples(path: Path, parts: Iterable[str], apart: Iterable[str]) -> dict[str, list[Sample]]:
    """Samples of each "corpus/split" of `documents.jsonl.xz`; what is `apart` shares no document with any other part.

    Raises TrainingError if there is no such file, or nothing in one of the parts.
    """
    if not path.exists():
        raise TrainingError(f"no labelled corpus at {path}")
    samples: dict[str, list[Sample]] = {part: [] for part in parts}
    guarded = frozenset(apart)
    rows = [row for row in _rows(path) if _part(row) in guarded or _part(row) in samples]
    taken = {row["pmid"] for row in rows if _part(row) in guarded}
    for row in rows:
        if _part(row) in samples and (_part(row) in guarded or row["pmid"] not in taken):
            samples[_part(row)].append(_sample(row))
    if empty := [part for part, found in samples.items() if not found]:
        raise TrainingError(f"{path}: no documents of {', '.join(empty)}")
    return samples


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _part(row: Mapping[str, Any]) -> str:
    return f"{row['corpus']}/{row['split']}"


def _sample(row: Mapping[str, Any]) -> Sample:
    text = " ".join(html.unescape(f"{row['title']} {row['abstract']}").split())
    names = {(html.unescape(e["text"]), _LETTER[e["type"]]) for e in row["entities"] if e["type"] in _LETTER}
    return sample(text, sorted(names, key=lambda name: (-len(name[0]), name)))


def sample(text: str, names: Sequence[tuple[str, str]]) -> Sample:
    """A text's words; names (with the letter of their kind) are marked where they stand as whole words, earlier ones first."""
    words = list(WORD.finditer(text))
    first = {word.start(): at for at, word in enumerate(words)}
    last = {word.end(): at for at, word in enumerate(words)}
    tags = [OUTSIDE] * len(words)
    for name, letter in names:
        for match in re.finditer(re.escape(name), text):
            begin, end = first.get(match.start()), last.get(match.end())
            if begin is not None and end is not None and set(tags[begin : end + 1]) == {OUTSIDE}:
                tags[begin : end + 1] = _marked(end - begin + 1, letter)
    return Sample(tuple(word[0] for word in words), tuple(tags))


def _marked(count: int, letter: str) -> list[str]:
    places = "U" if count == 1 else "B" + "I" * (count - 2) + "L"
    return [f"{place}-{letter}" for place in places]

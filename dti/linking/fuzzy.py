"""Names that differ from a listed one by a letter, for which nothing nearer is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np
from rapidfuzz import fuzz

from dti.domain.documents import Document
from dti.domain.entities import EntityKind, Link
from dti.domain.lexicon import LexiconEntity
from dti.lexicon import Lexicon
from dti.lexicon.fold import fold
from dti.lexicon.hashing import hash_names
from dti.linking._weights import weigh
from dti.linking.base import chosen

_SHORTEST, _LONGEST = 7, 60
_MARGIN = 0.01
_NEARLY = 0.9


@dataclass(frozen=True, kw_only=True)
class Fuzzy:
    """Exact matches first, then spellings at edit distance one that leave digits alone: COX-1 is never taken for COX-2.

    The neighbours of a name are looked up by their hashes, so no index of spellings is kept; rapidfuzz scores what is found.
    """

    lexicon: Lexicon
    least: float = 85.0

    def link(self, name: str, kind: EntityKind, document: Document | None = None) -> Link:  # noqa: ARG002 - the family's signature
        """The exact reading, else the nearest; ambiguous if several are equally near."""
        if exact := weigh(self.lexicon, name, kind):
            return chosen(exact, "exact")
        return chosen(near(self.lexicon, name, kind, self.least), "fuzzy", _MARGIN)


def near(lexicon: Lexicon, name: str, kind: EntityKind, least: float) -> list[tuple[float, LexiconEntity]]:
    """Entities with a name at edit distance one, by its ratio and how they are listed; none for short or very long names."""
    key = fold(name)
    if not _SHORTEST <= len(key) <= _LONGEST:
        return []
    rows = np.unique(lexicon.rows(hash_names(sorted(set(_neighbours(key))))))
    spellings = {posting.spelling for row in rows[rows >= 0].tolist() for posting in lexicon.postings(row, kind)}
    best: dict[str, tuple[float, LexiconEntity]] = {}
    for spelling in sorted(spellings):
        ratio = fuzz.ratio(key, fold(spelling))
        for weight, entity in weigh(lexicon, spelling, kind) if ratio >= least else ():
            score = _NEARLY * weight * ratio / 100
            if score > best.get(entity.curie, (0.0,))[0]:
                best[entity.curie] = score, entity
    return list(best.values())


def _neighbours(key: str) -> Iterator[str]:
    """Strings one letter away: one less, one more, one other, two exchanged."""
    for at in range(len(key) + 1):
        before, after = key[:at], key[at:]
        yield from (f"{before}{letter}{after}" for letter in ascii_lowercase)
        if not after or after[0].isdigit():
            continue
        yield before + after[1:]
        yield from (f"{before}{letter}{after[1:]}" for letter in ascii_lowercase)
        if len(after) > 1 and after[1].isalpha():
            yield f"{before}{after[1]}{after[0]}{after[2:]}"

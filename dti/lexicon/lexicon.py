"""A compiled lexicon: which entities a folded name may mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt
import orjson

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, LexiconEntity, Name, NameType
from dti.lexicon.fold import fold
from dti.lexicon.hashing import Hashes, hash_names, sieve_index


@dataclass(frozen=True, slots=True)
class Posting:
    """A name in the lexicon: whose it is (entity number), of what type, and how it is spelled there."""

    entity: int
    type: NameType
    spelling: str


class Lexicon:
    """Read-only view of a lexicon file's arrays.

    `hashes` is sorted; `owners`, `types` and `spellings` go with it row by row. `entities` and `texts` are UTF-8 with offsets.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]], meta: Mapping[str, str]) -> None:
        self._arrays = arrays
        self._hashes = cast("Hashes", arrays["hashes"])
        self._sieve = arrays["sieve"]
        self.sha256 = meta["sha256"]
        self.entity = lru_cache(maxsize=1 << 14)(self._entity)
        self.find = lru_cache(maxsize=1 << 14)(self._find)
        self._postings = lru_cache(maxsize=1 << 15)(self._read_postings)

    def __len__(self) -> int:
        return len(self._arrays["kinds"])

    def rows(self, hashes: Hashes) -> npt.NDArray[np.intp]:
        """For each hash the first row that has it, -1 if none has."""
        rows = np.full(len(hashes), -1, dtype=np.intp)
        likely = np.flatnonzero(self._sieve[sieve_index(hashes)])
        at = np.searchsorted(self._hashes, hashes[likely])
        found = self._hashes[np.minimum(at, len(self._hashes) - 1)] == hashes[likely]
        rows[likely[found]] = at[found]
        return rows

    def postings(self, row: int, kind: EntityKind) -> tuple[Posting, ...]:
        """The drugs or the targets with the name whose first row this is, strongest types first."""
        return self._postings(row, kind)

    def lookup(self, name: str, kind: EntityKind) -> tuple[Posting, ...]:
        """The drugs or the targets with this name under any spelling that folds alike, strongest types first."""
        row = int(self.rows(hash_names([fold(name)]))[0])
        return self.postings(row, kind) if row >= 0 else ()

    def _find(self, curie: Curie) -> int | None:
        """The entity with this identifier, its own or an equivalent one."""
        wanted = hash_names([curie])[0]
        at = int(np.searchsorted(self._arrays["id_hashes"], wanted))
        known = at < len(self._arrays["id_hashes"]) and self._arrays["id_hashes"][at] == wanted
        return int(self._arrays["id_owners"][at]) if known else None

    def _entity(self, number: int) -> LexiconEntity:
        curie, kind, names, taxon, hints, same, members = orjson.loads(self._slice("entities", "entity_offsets", number))
        return LexiconEntity(
            curie=Curie(curie),
            kind=EntityKind(kind),
            names=tuple(Name(text, NameType(type_), source) for text, type_, source in names),
            taxon=taxon,
            hints=Hint(hints),
            same=tuple(same),
            members=tuple(members),
        )

    def _read_postings(self, row: int, kind: EntityKind) -> tuple[Posting, ...]:
        postings = []
        is_target = kind is EntityKind.TARGET
        wanted = self._hashes[row]
        while row < len(self._hashes) and self._hashes[row] == wanted:
            owner = int(self._arrays["owners"][row])
            if bool(self._arrays["kinds"][owner]) is is_target:
                spelling = self._slice("texts", "text_offsets", int(self._arrays["spellings"][row])).decode()
                postings.append(Posting(owner, NameType(int(self._arrays["types"][row])), spelling))
            row += 1
        return tuple(postings)

    def _slice(self, blob: str, offsets: str, number: int) -> bytes:
        ends = self._arrays[offsets]
        return self._arrays[blob][int(ends[number]) : int(ends[number + 1])].tobytes()

"""How often literature names a thing: what every other paper mentions is seldom what a paper is about."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from dti.domain.identity import normalise_name
from dti.domain.mentions import Candidate
from dti.errors import CheckpointError

_PER = 100_000  # counts are compared as if so many documents had been read
_PRIOR_TITLES, _PRIOR_DOCUMENTS = 0.5, 5.0


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Of `documents` read, how many name a thing at all and how many in their title, by its folded spelling."""

    documents: int = 0
    names: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def count(cls, found: Iterable[Iterable[Candidate]], least: int = 2) -> Self:
        """Count best readings; names of fewer than `least` documents are as good as unknown."""
        everywhere: Counter[str] = Counter()
        titles: Counter[str] = Counter()
        documents = 0
        for candidates in found:
            documents += 1
            best = [candidate for candidate in candidates if not candidate.rank]
            everywhere.update({_key(candidate) for candidate in best})
            titles.update({_key(candidate) for candidate in best if candidate.in_title})
        kept = sorted(name for name, seen in everywhere.items() if seen >= least)
        return cls(documents, {name: (everywhere[name], titles[name]) for name in kept})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; raises CheckpointError if it is something else."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(raw["documents"]), {name: (int(seen), int(titles)) for name, (seen, titles) in raw["names"].items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CheckpointError(f"{path}: no name frequencies ({type(error).__name__}: {error})") from error

    def save(self, path: Path) -> None:
        """Write as compact JSON."""
        raw = {"documents": self.documents, "names": self.names}
        path.write_text(json.dumps(raw, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")

    def commonness(self, candidate: Candidate) -> tuple[float, float]:
        """Log of the expected documents in 100,000, and log odds-like share of those that name it in their title."""
        seen, titles = self.names.get(_key(candidate), (0, 0))
        share = (titles + _PRIOR_TITLES) / (seen + _PRIOR_DOCUMENTS)
        return math.log1p(seen * _PER / max(self.documents, 1)), math.log(share)


def _key(candidate: Candidate) -> str:
    return normalise_name(dict(candidate.names).get("surface", candidate.name))

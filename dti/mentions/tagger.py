"""The mention tagger: finds names of drugs and targets by how they look and where they stand, listed or not.

A folder holds `tagger.npz` (float32 arrays, no pickle), `tagger.json` (tags, shape, spaCy symbols), `card.json` and
`SHA256SUMS`.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dti import sums
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.errors import CheckpointError
from dti.mentions.features import WORD, hashes
from dti.mentions.network import Floats, Network

WEIGHTS, SETTINGS, CARD = "tagger.npz", "tagger.json", "card.json"
OUTSIDE = "O"
KINDS = {"D": EntityKind.DRUG, "T": EntityKind.TARGET}
_ORDER = tuple(KINDS.values())
_NEITHER = -1
_OPENING, _INNER = "BU", "IL"


@dataclass(frozen=True, slots=True)
class Tagged:
    """A stretch of words that the tagger takes for a name; `probability` is the least of its words'."""

    span: Span
    kind: EntityKind
    probability: float


class Reading:
    """What the tagger makes of one text: the probability of each word to be of a drug's or a target's name."""

    def __init__(self, spans: Sequence[tuple[int, int]], probabilities: Floats, opens: npt.NDArray[np.bool_]) -> None:
        self._spans = spans  # of the words: [start, end)
        self._starts = [start for start, _ in spans]
        self._probabilities = probabilities  # (kinds, words)
        self._opens = opens  # (words,): a name more likely begins here than goes on

    def support(self, span: Span, kind: EntityKind) -> float:
        """The highest probability of a word that `span` touches; 0 if it touches none."""
        first = max(0, bisect_right(self._starts, span.start) - 1)
        end = bisect_left(self._starts, span.end)
        return float(self._probabilities[_ORDER.index(kind), first:end].max(initial=0.0))

    def names(self, threshold: float) -> Iterator[Tagged]:
        """Stretches of words that have at least `threshold` of being of one kind, in order of position."""
        if not self._spans:
            return
        certain = self._probabilities.max(axis=0) >= threshold
        best = np.where(certain, self._probabilities.argmax(axis=0), _NEITHER).tolist()
        first = 0
        for at in range(1, len(best) + 1):
            if at == len(best) or best[at] != best[first] or self._opens[at]:
                if best[first] != _NEITHER:
                    yield self._tagged(first, at, best[first])
                first = at

    def _tagged(self, first: int, end: int, kind: int) -> Tagged:
        probability = float(self._probabilities[kind, first:end].min())
        return Tagged(Span(self._spans[first][0], self._spans[end - 1][1]), _ORDER[kind], probability)


class Tagger:
    """Safe to share between threads."""

    def __init__(self, network: Network, tags: Sequence[str], symbols: Mapping[str, int], sha256: str = "") -> None:
        self._network = network
        self._tags = tuple(tags)
        self._of_kind = {kind: [at for at, tag in enumerate(tags) if tag[-1] == letter] for letter, kind in KINDS.items()}
        self._opening = [at for at, tag in enumerate(tags) if tag[0] in _OPENING]
        self._inner = [at for at, tag in enumerate(tags) if tag[0] in _INNER]
        self._hashes = lru_cache(maxsize=1 << 16)(lambda word: hashes(word, symbols))
        self.sha256 = sha256

    @classmethod
    def open(cls, folder: Path) -> Tagger:
        """Verify the sums and load; raises CheckpointError that names the file at fault."""
        sha256 = sums.verify(folder, (WEIGHTS, SETTINGS, CARD))
        try:
            settings: dict[str, Any] = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
            with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
                network = Network.load(arrays, int(settings["features"]), int(settings["depth"]))
            return cls(network, settings["tags"], settings["symbols"], sha256)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{folder}: no mention tagger ({error!r})") from error

    def probabilities(self, words: Sequence[str]) -> Floats:
        """Of each word's tags, in the order of the settings; (words, tags)."""
        numbers: dict[str, int] = {}
        order = np.array([numbers.setdefault(word, len(numbers)) for word in words], dtype=np.intp)
        return self._network(np.array([self._hashes(word) for word in numbers], dtype=np.uint64), order)

    def read(self, text: str) -> Reading:
        """Every word's part in names."""
        words = list(WORD.finditer(text))
        tags = self.probabilities([word[0] for word in words]) if words else np.zeros((0, len(self._tags)), dtype=np.float32)
        opens = tags[:, self._opening].sum(axis=1) > tags[:, self._inner].sum(axis=1)
        of_kind = np.stack([tags[:, self._of_kind[kind]].sum(axis=1) for kind in _ORDER])
        return Reading([word.span() for word in words], of_kind, opens)

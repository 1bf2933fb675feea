"""Numbers about candidates and pairs, in a fixed order; a network scales them by what it saw in training."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint
from dti.domain.mentions import Candidate
from dti.grounding.sentences import sentences
from dti.pairing.cues import CUES, Cues
from dti.pairing.frequencies import Frequencies

Floats = npt.NDArray[np.float32]

_HUMAN = "9606"
_NEAR = 250  # characters between two names beyond which words in between say nothing of them
_HINTS = tuple(hint for hint in Hint if hint)
_SOURCES = (
    *("drugbank", "drugbank-open", "drugcentral", "drugbank-targets", "ttd"),
    *("uniprot", "gtopdb", "hgnc", "famplex", "chembl"),
)
_PLACE = (
    *("rank", "score", "in title", "title mentions", "mentions", "share of mentions", "log mentions", "first", "last"),
    *("of its kind", "best of its kind", "titled of its kind", "order of appearance", "order of salience"),
    *("sentences", "share of sentences", "in first", "in second", "in last", "in last but one"),
    *("role follows", "role precedes"),
)
_NAME = ("commonness", "topicality", "length", "upper case", "digit", "capital", "words", "unlisted")
_LISTED = (*(f"hint {hint.name}" for hint in _HINTS), *(f"in {source}" for source in _SOURCES), "names", "members", "human")
_CUED = tuple(f"cue {cue}" for cue in CUES)

CANDIDATE_FEATURES = (*_PLACE, *_NAME, *_LISTED, *_CUED)
LISTED_FEATURES = tuple(CANDIDATE_FEATURES.index(name) for name in _LISTED)
PAIR_FEATURES = (
    *("shared sentences", "share of the drug's", "share of the target's", "in title", "in the last two", "first shared"),
    *("log distance", "overlaps", "both titled", "drug first"),
    *(f"between {cue}" for cue in CUES),
    *(f"shared {cue}" for cue in CUES),
)


_STATING = [  # what is expressed, selective, or depends on something interacts with nothing yet
    at
    for at, name in enumerate(PAIR_FEATURES)
    if name.startswith("between ") and name.removeprefix("between ") not in {"express", "potency", "cofactor"}
]
_ROLE = CANDIDATE_FEATURES.index("role follows")


@dataclass(frozen=True, slots=True)
class Features:
    """`candidates` [candidates, CANDIDATE_FEATURES]; `pairs` (drug, target) by index; `relations` [pairs, PAIR_FEATURES]."""

    candidates: Floats
    pairs: tuple[tuple[int, int], ...]
    relations: Floats

    @property
    def signals(self) -> Floats:
        """Features of each pair, then of its drug, then of its target [pairs, signals]; there must be a pair."""
        drugs, targets = (np.array(side) for side in zip(*self.pairs, strict=True))
        return np.concatenate([self.relations, self.candidates[drugs], self.candidates[targets]], -1)

    @property
    def worded(self) -> tuple[bool, ...]:
        """Of each pair, whether a word of interaction stands between two near mentions, or a role behind the target."""
        if not self.pairs:
            return ()
        targets = [target for _, target in self.pairs]
        return tuple((self.relations[:, _STATING].any(-1) | (self.candidates[targets, _ROLE] > 0)).tolist())


def describe(document: Document, candidates: Sequence[Candidate], frequencies: Frequencies) -> Features:
    """Features of all candidates and of every drug with every target."""
    view = _View(document, candidates)
    rows = [[*view.place(i), *_name(c, frequencies), *_listed(c), *view.cued(view.held[i])] for i, c in enumerate(candidates)]
    drugs, targets = ([i for i, c in enumerate(candidates) if c.kind is kind] for kind in (EntityKind.DRUG, EntityKind.TARGET))
    pairs = tuple(product(drugs, targets))
    relations = [view.relation(drug, target) for drug, target in pairs]
    return Features(_array(rows, len(CANDIDATE_FEATURES)), pairs, _array(relations, len(PAIR_FEATURES)))


class _View:
    """A document cut into sentences, with the sentences that each candidate stands in."""

    def __init__(self, document: Document, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates
        self._length = max(1, len(document.text))
        self._title = len(document.title)
        spans = sentences(document)
        self._starts = [span.start for span in spans]
        self._cues = Cues(document.text)
        self._sentence_cues = np.array([self._cues.between(span.start, span.end) for span in spans]).reshape(-1, len(CUES))
        self.held = [sorted({self._sentence(span.start) for span in c.spans}) for c in candidates]
        self._kinds = {kind: _Kind.of([c for c in candidates if c.kind is kind]) for kind in EntityKind}

    def _sentence(self, start: int) -> int:
        return max(0, bisect_right(self._starts, start) - 1)

    def place(self, index: int) -> list[float]:
        candidate, held, kind = self._candidates[index], self.held[index], self._kinds[self._candidates[index].kind]
        count, last = len(self._starts), len(self._starts) - 1
        return [
            *(candidate.rank, candidate.score, candidate.in_title, sum(s.start < self._title for s in candidate.spans)),
            *(candidate.frequency, candidate.frequency / kind.mentions, math.log1p(candidate.frequency)),
            *(candidate.spans[0].start / self._length, candidate.spans[-1].start / self._length),
            *(kind.size, kind.best, kind.titled, kind.appearance[id(candidate)], kind.salience[id(candidate)]),
            *(len(held), len(held) / max(count, 1), 0 in held, 1 in held, last in held, last - 1 in held),
            any(self._cues.role_follows(span.end) for span in candidate.spans),
            any(self._cues.role_precedes(span.start) for span in candidate.spans),
        ]

    def cued(self, held: Sequence[int]) -> list[float]:
        """Share of the sentences that hold each cue."""
        return [float(share) for share in self._sentence_cues[held].mean(0)] if held else [0.0] * len(CUES)

    def relation(self, drug: int, target: int) -> list[float]:
        one, other = self._candidates[drug], self._candidates[target]
        shared = sorted(set(self.held[drug]) & set(self.held[target]))
        count = max(len(self._starts), 1)
        distance = min(abs(a.start - b.start) for a, b in product(one.spans, other.spans))
        overlaps = sum(a.overlaps(b) for a, b in product(one.spans, other.spans))
        return [
            *(len(shared), len(shared) / len(self.held[drug]), len(shared) / len(self.held[target])),
            *(0 in shared, any(at >= count - 2 for at in shared), shared[0] / count if shared else 1.0),
            *(math.log1p(distance), overlaps, one.in_title and other.in_title, one.spans[0].start < other.spans[0].start),
            *self._between(one, other),
            *self.cued(shared),
        ]

    def _between(self, one: Candidate, other: Candidate) -> list[float]:
        """Share of near mentions with each cue between them."""
        gaps = ((min(a.end, b.end), max(a.start, b.start)) for a, b in product(one.spans, other.spans))
        rows = [self._cues.between(end, start) for end, start in gaps if end < start < end + _NEAR]
        return [sum(column) / len(rows) for column in zip(*rows, strict=True)] if rows else [0.0] * len(CUES)


@dataclass(frozen=True, slots=True)
class _Kind:
    """All candidates of a kind in a document; orders by a candidate's `id`."""

    size: int
    best: int
    titled: int
    mentions: int
    appearance: Mapping[int, int]
    salience: Mapping[int, int]

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> _Kind:
        best = [candidate for candidate in candidates if not candidate.rank]
        by_place = sorted(candidates, key=lambda candidate: candidate.spans[0].start)
        return cls(
            len(candidates),
            len(best),
            sum(candidate.in_title for candidate in best),
            sum(candidate.frequency for candidate in best) or 1,
            {id(candidate): at for at, candidate in enumerate(by_place)},
            {id(candidate): at for at, candidate in enumerate(candidates)},
        )


def _name(candidate: Candidate, frequencies: Frequencies) -> Iterator[float]:
    surface = dict(candidate.names).get("surface", candidate.name)
    yield from frequencies.commonness(candidate)
    yield from (len(surface), surface.isupper(), any(char.isdigit() for char in surface), surface[:1].isupper())
    yield from (" " in surface, candidate.entity is None)


def _listed(candidate: Candidate) -> Iterator[float]:
    """What the lexicon says; nothing of an unlisted name."""
    entity = candidate.entity
    if entity is None:
        yield from [0.0] * len(_LISTED)
        return
    sources = {name.source for name in entity.names}
    yield from (hint in entity.hints for hint in _HINTS)
    yield from (source in sources for source in _SOURCES)
    yield from (math.log1p(len(entity.names)), len(entity.members), entity.taxon == _HUMAN)


def _array(rows: Sequence[Sequence[float]], width: int) -> Floats:
    return np.array(rows, dtype=np.float32).reshape(len(rows), width)

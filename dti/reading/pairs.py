"""Reading by choice: every drug with every target is scored, and what is likely enough is said."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.mentions import Candidate
from dti.domain.triplets import Located, Triplet
from dti.model.checkpoint import Checkpoint
from dti.model.pairs.engine import PairEngine, Scored
from dti.reading.base import Proposal, Reading
from dti.reading.explicit import Explicit

_MISSING = {EntityKind.DRUG: "no drug was found in the text", EntityKind.TARGET: "no target was found in the text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """Which scored pairs are said.

    The best of a document from `least` on, further ones from `further` on if they reach the share `relative` of the best, at
    most `most`. Nothing is said of a document if corpora that annotate whatever is stated would hold no pair of it for at least
    `stated` likely: the benchmark's documents all have an interaction, so that its habit alone expects one everywhere. Nor is a
    pair said that no word of interaction relates (`Features.worded`) unless it is likelier than `wordless`.
    """

    least: float = 0.1
    further: float = 0.4
    relative: float = 0.5
    most: int = 8
    stated: float = 0.0
    curators: int = 2  # the style in which training knows those corpora
    wordless: float = 0.0

    def __str__(self) -> str:
        settings = asdict(self)
        if not self.stated:
            del settings["stated"], settings["curators"]  # runs of cards that do not know them keep their name
        if not self.wordless:
            del settings["wordless"]
        return f"pairs({', '.join(f'{name}={value}' for name, value in settings.items())})"

    def chosen(self, probabilities: Sequence[float]) -> list[int]:
        """Indices of the pairs to say, the likeliest first."""
        order = sorted(range(len(probabilities)), key=lambda at: (-probabilities[at], at))[: self.most]
        if not order or probabilities[order[0]] < self.least:
            return []
        bar = max(self.further, self.relative * probabilities[order[0]])
        return [order[0], *(at for at in order[1:] if probabilities[at] >= bar)]

    def said(self, probabilities: Sequence[float], worded: Sequence[bool]) -> list[int]:
        """The chosen pairs less those that nothing in the text words; `worded` is empty where nobody looked."""
        chosen = self.chosen(probabilities)
        return [at for at in chosen if not worded or worded[at] or probabilities[at] > self.wordless]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """A pair engine and the rule by which its pairs become triplets."""

    score: Callable[[Sequence[Document], Sequence[Sequence[Candidate]]], Sequence[Scored]]
    labels: tuple[str, ...]
    emission: Emission
    confidence: Callable[[Sequence[float]], float]
    explicit: Callable[[Document, Sequence[Candidate]], Explicit] = Explicit.of
    points: bool = True

    @classmethod
    def open(cls, checkpoint: Checkpoint, threads: int) -> Pairs:
        """Load the checkpoint's engine; raises CheckpointError if it cannot be loaded."""
        engine = PairEngine(checkpoint, threads=threads)
        emission = Emission(**checkpoint.decoding.settings)
        score = partial(engine.score, beside=emission.curators if emission.stated else None)
        return cls(score=score, labels=engine.labels, emission=emission, confidence=checkpoint.calibration.confidence)

    @property
    def decoding(self) -> str:
        """The rule with its settings; what the text says outright goes before it (`explicit`)."""
        return f"{self.emission} + explicit"

    def read(self, documents: Sequence[Document], candidates: Sequence[Sequence[Candidate]]) -> list[Reading]:
        """All chosen pairs of each document, each with its likeliest label."""
        scored = self.score(documents, candidates)
        return [self._reading(*row) for row in zip(documents, candidates, scored, strict=True)]

    def _reading(self, document: Document, candidates: Sequence[Candidate], scored: Scored) -> Reading:
        proposals = tuple(self._proposals(document, candidates, scored))
        return Reading(proposals, "" if proposals else _reason(candidates), scored.truncated)

    def _proposals(self, document: Document, candidates: Sequence[Candidate], scored: Scored) -> Iterator[Proposal]:
        if scored.stated < self.emission.stated:
            return
        explicit = self.explicit(document, candidates)
        likely = [
            0.0 if explicit.contradicts(pair, candidates) else math.exp(value)
            for pair, value in zip(scored.pairs, scored.interacts, strict=True)
        ]
        worded = [found or pair in explicit.labels for pair, found in zip(scored.pairs, scored.worded, strict=False)]
        for at in self.emission.said(likely, worded):
            drug, target = scored.pairs[at]
            label = int(scored.labels[at].argmax())
            said = explicit.label((drug, target), self.labels[label])
            triplet = Triplet(candidates[drug].name, said, candidates[target].name)
            logprobs = (float(scored.interacts[at]), float(scored.labels[at][label]))
            yield Proposal(Located(triplet, 0, 0, drug, target), self.confidence(logprobs))


def _reason(candidates: Sequence[Candidate]) -> str:
    kinds = {candidate.kind for candidate in candidates}
    missing = [text for kind, text in _MISSING.items() if kind not in kinds]
    return "; ".join(missing) or "the model finds no pair likely enough"

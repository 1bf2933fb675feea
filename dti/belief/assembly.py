"""The evidence of one triplet, assembled into a belief; docs/adr/0090-belief.md explains the formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from operator import mul

from dti.belief.independence import overlaps
from dti.domain.evidence import Certainty, Polarity

SYSTEMATIC_ERROR = 0.05
"""Chance that a claim is misread in every paper alike, INDRA's prior for a reader; no number of papers gets past it."""

SHARED_AUTHORS = 0.5
"""What a paper loses of its weight if all its authors have been heard already."""

CERTAINTY: Mapping[Certainty, float] = {
    Certainty.FACT: 1.0,
    Certainty.UNASSESSED: 1.0,
    Certainty.BACKGROUND: 0.7,
    Certainty.HEDGED: 0.6,
    Certainty.HYPOTHESIS: 0.2,
}


class Standing(StrEnum):
    """What became of one piece of evidence: it speaks for its paper, its paper has spoken already, or nobody can check it."""

    COUNTED = "counted"
    SAME_PAPER = "same_paper"
    UNGROUNDED = "ungrounded"


@dataclass(frozen=True, slots=True)
class Vote:
    """One piece of evidence as far as belief is concerned.

    `probability` is the calibrated one that the paper says so; `paper` is the same for all evidence from one paper, whoever
    has read it; `authors` are names of people in one spelling.
    """

    evidence_id: int
    paper: str
    probability: float
    polarity: Polarity = Polarity.UNASSESSED
    certainty: Certainty = Certainty.UNASSESSED
    grounded: bool = True
    authors: frozenset[str] = frozenset()

    @property
    def strength(self) -> float:
        """Probability times what the sentence's certainty is worth; 0 where nobody can check it."""
        return self.probability * CERTAINTY[self.certainty] if self.grounded else 0.0

    @property
    def denies(self) -> bool:
        """Whether it speaks against the triplet."""
        return self.polarity is Polarity.NEGATED


@dataclass(frozen=True, slots=True)
class Part:
    """What one piece of evidence adds: `weight` = probability x certainty x independence.

    `contribution` is the belief less what it would be without this paper, the independence of the others held fixed; it is
    negative for a paper that denies, and 0 for evidence that is not counted.
    """

    evidence_id: int
    paper: str
    standing: Standing
    denies: bool
    probability: float
    certainty: float
    independence: float
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Belief:
    """`score` = `support` x (1 - `denial`), all in [0, 1]; `parts` explain it, the weightiest first."""

    score: float
    support: float
    denial: float
    papers: int
    parts: tuple[Part, ...]


def assess(votes: Iterable[Vote]) -> Belief:
    """Assemble the evidence of one triplet. The order in which it is given changes nothing."""
    ordered = sorted(votes, key=lambda one: (-one.strength, one.paper, one.evidence_id))
    speakers: dict[str, Vote] = {}
    for one in ordered:
        if one.grounded:
            speakers.setdefault(one.paper, one)
    heard = list(speakers.values())
    independence = [1 - SHARED_AUTHORS * overlap for overlap in overlaps(one.authors for one in heard)]
    weights = [one.strength * factor for one, factor in zip(heard, independence, strict=True)]
    denying = [one.denies for one in heard]
    support, support_without = _noisy_or([0.0 if denies else weight for weight, denies in zip(weights, denying, strict=True)])
    denial, denial_without = _noisy_or([weight if denies else 0.0 for weight, denies in zip(weights, denying, strict=True)])
    score = support * (1 - denial)
    counted = [
        _part(one, Standing.COUNTED, factor, score - support_without[i] * (1 - denial_without[i]))
        for i, (one, factor) in enumerate(zip(heard, independence, strict=True))
    ]
    chosen = {one.evidence_id for one in heard}
    rest = [
        _part(one, Standing.SAME_PAPER if one.grounded else Standing.UNGROUNDED, 0.0, 0.0)
        for one in ordered
        if one.evidence_id not in chosen
    ]
    counted.sort(key=lambda part: (-part.weight, part.paper))
    return Belief(score, support, denial, len(heard), (*counted, *rest))


def _part(one: Vote, standing: Standing, independence: float, contribution: float) -> Part:
    return Part(
        one.evidence_id,
        one.paper,
        standing,
        one.denies,
        one.probability,
        CERTAINTY[one.certainty],
        independence,
        one.strength * independence,
        contribution,
    )


def _noisy_or(weights: Sequence[float]) -> tuple[float, list[float]]:
    """The chance that one of the papers at least is right, and what it would be without each of them in turn.

    Papers are right or wrong independently unless all are misread alike, so a single paper's chance is its weight.
    """
    most = 1 - SYSTEMATIC_ERROR
    wrong = [1 - min(1.0, weight / most) for weight in weights]
    before = list(accumulate(wrong, mul, initial=1.0))
    after = list(accumulate(reversed(wrong), mul, initial=1.0))[::-1]
    without = [most * (1 - before[i] * after[i + 1]) for i in range(len(wrong))]
    return most * (1 - before[-1]), without

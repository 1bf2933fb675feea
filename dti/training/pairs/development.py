"""What a pair model is worth on the development split; its emission rule and its confidence are fitted there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from dti.domain.triplets import Located, Triplet
from dti.evaluation.hard_match import score
from dti.mentions import Naming, surface
from dti.model.calibration import likelihood
from dti.model.pairs.engine import PairEngine, Scored
from dti.reading.explicit import Explicit
from dti.reading.pairs import Emission, Pairs
from dti.training.calibrate import Judged
from dti.training.development import metrics_of, right
from dti.training.pairs.examples import PairExample

_FURTHER = (0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
_RELATIVE = (0.3, 0.5, 0.7, 0.9)
_BASELINE = "inhibitor"
_HALF_A_DOCUMENT = 0.5
CONSIDERED = 0.02  # probability of a pair below which hardly one is right


@dataclass(frozen=True, slots=True)
class Assessed:
    """The chosen rule, figures as JSON values, judged triplets to fit confidence on, and all that were considered."""

    emission: Emission
    metrics: Mapping[str, Any]
    judged: tuple[Judged, ...]
    considered: tuple[Judged, ...]


def assess(engine: PairEngine, examples: Sequence[PairExample], silence: Emission) -> Assessed:
    """Score the development documents (KD-DTI hard match, compat mode) and choose how many pairs to say.

    That is the rule that says least of those with the highest F1. What decides on silence is given in `silence`, since
    documents that need it are not among these.
    """
    beside = silence.curators if silence.stated else None
    scored = engine.score([e.document for e in examples], [e.candidates for e in examples], beside=beside)
    gold = {str(e.document.key): e.gold for e in examples}
    rules = [replace(silence, further=further, relative=relative) for further, relative in product(_FURTHER, _RELATIVE)]
    stated = {e.document.key: Explicit.of(e.document, e.candidates) for e in examples}  # once, whatever the rule
    reader = Pairs(
        score=lambda _, __: scored,
        labels=engine.labels,
        emission=silence,
        confidence=likelihood,
        explicit=lambda document, _: stated[document.key],
    )
    answers = [_Answers(replace(reader, emission=rule), examples, scored) for rule in rules]
    values = [score(gold, answer.printed()).sample.f1 for answer in answers]
    best = answers[quietest(values, [answer.count for answer in answers], len(examples))]
    talkative = replace(best.rule, least=0.0, stated=0.0, wordless=0.0)
    always = _Answers(replace(reader, emission=talkative), examples, scored)
    metrics = {
        "documents": len(examples),
        "model": metrics_of(gold, best.printed()),
        "as the text spells them": metrics_of(gold, best.spelled()),
        "at least one triplet": metrics_of(gold, always.printed()),
        "baselines": {"most salient drug and target": metrics_of(gold, _salient(examples))},
    }
    return Assessed(best.rule, metrics, tuple(best.judged()), tuple(best.considered()))


def quietest(values: Sequence[float], said: Sequence[int], documents: int) -> int:
    """Which rule says least of those with the highest F1, give or take half a document: less than that is chance."""
    least = max(values) - _HALF_A_DOCUMENT / max(documents, 1)
    return min((count, at) for at, (value, count) in enumerate(zip(values, said, strict=True)) if value >= least)[1]


class _Answers:
    """What a reader with one rule makes of the scores."""

    def __init__(self, reader: Pairs, examples: Sequence[PairExample], scored: Sequence[Scored]) -> None:
        self.rule, self._labels = reader.emission, reader.labels
        readings = reader.read([e.document for e in examples], [e.candidates for e in examples])
        self._rows = [(e, s, reading.proposals) for e, s, reading in zip(examples, scored, readings, strict=True)]
        self._naming = Naming.read()

    @property
    def count(self) -> int:
        """Triplets said."""
        return sum(len(proposals) for _, _, proposals in self._rows)

    def printed(self) -> dict[str, list[Triplet]]:
        return {str(e.document.key): [self._naming.printed(p.located, e.candidates) for p in ps] for e, _, ps in self._rows}

    def spelled(self) -> dict[str, list[Triplet]]:
        return {str(e.document.key): [surface(p.located, e.candidates) for p in ps] for e, _, ps in self._rows}

    def judged(self) -> Iterator[Judged]:
        """Each said triplet with the logs of the probabilities of its pair and its label."""
        for number, (example, scored, proposals) in enumerate(self._rows):
            for located in (proposal.located for proposal in proposals):
                at = scored.pairs.index((located.drug or 0, located.target or 0))
                yield self._judged(number, example, scored, at, located)

    def considered(self) -> Iterator[Judged]:
        """The same of all pairs that are likely enough to be worth judging, with their likeliest label."""
        for number, (example, scored, _) in enumerate(self._rows):
            for at in map(int, np.flatnonzero(scored.interacts >= math.log(CONSIDERED))):
                drug, target = scored.pairs[at]
                label = self._labels[int(scored.labels[at].argmax())]
                names = Triplet(example.candidates[drug].name, label, example.candidates[target].name)
                yield self._judged(number, example, scored, at, Located(names, 0, 0, drug, target))

    def _judged(self, number: int, example: PairExample, scored: Scored, at: int, located: Located) -> Judged:
        logprobs = float(scored.interacts[at]), float(scored.labels[at].max())
        return Judged(logprobs, right(self._naming.printed(located, example.candidates), example.gold), number)


def _salient(examples: Sequence[PairExample]) -> dict[str, list[Triplet]]:
    """The first drug and the first target, which are in the order of salience, as inhibitor."""
    naming = Naming.read()
    found = {}
    for example in examples:
        first = {candidate.kind: at for at, candidate in reversed(list(enumerate(example.candidates)))}
        pair = [at for _, at in sorted((kind.value, at) for kind, at in first.items())]
        located = Located(Triplet("", _BASELINE, ""), 0, 0, *pair) if len(pair) == 2 else None
        found[str(example.document.key)] = [naming.printed(located, example.candidates)] if located else []
    return found

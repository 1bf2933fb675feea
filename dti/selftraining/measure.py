"""What a checkpoint is worth on documents with gold, as users would get it."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dti.domain.triplets import Triplet
from dti.evaluation.bootstrap import intervals
from dti.evaluation.hard_match import score
from dti.evaluation.report import Report
from dti.mentions import Naming
from dti.model.calibration import likelihood
from dti.reading import Pairs
from dti.selftraining.labels import Model
from dti.training import calibrate
from dti.training.calibrate import Judged
from dti.training.development import right
from dti.training.pairs.examples import PairExample

_SHOWN = ("sample.f1", "sample.precision", "sample.recall", "accuracy.drug", "accuracy.target", "accuracy.interaction")
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """The hard match's report; said triplets with their log-probabilities; how often each interaction was said rightly."""

    report: Report
    judged: tuple[Judged, ...]
    hits: Mapping[str, int]
    said: Mapping[str, int]

    @property
    def calibration_error(self) -> float:
        """Expected, cross-fitted on these very triplets: how well this model's probabilities can be calibrated."""
        return calibrate.fit(self.judged).error

    def figures(self) -> dict[str, Any]:
        """Means with their 95% bootstrap intervals, as JSON values."""
        bounds, sample, slots = intervals(self.report).figures, self.report.sample, self.report.accuracy
        values = (sample.f1, sample.precision, sample.recall, slots.drug, slots.target, slots.interaction)
        rows = {
            name: {"value": round(value, 4), "low": round(bounds[name].low, 4), "high": round(bounds[name].high, 4)}
            for name, value in zip(_SHOWN, values, strict=True)
        }
        return {**rows, "triplets": len(self.judged), "calibration_error": round(self.calibration_error, 4)}


def measure(model: Model, examples: Sequence[PairExample]) -> Measured:
    """Read documents with gold by the checkpoint's own rule of emission."""
    scored = model.engine.score([e.document for e in examples], [e.candidates for e in examples])
    reader = Pairs(score=lambda _, __: scored, labels=model.labels, emission=model.emission, confidence=likelihood)
    readings = reader.read([e.document for e in examples], [e.candidates for e in examples])
    naming = Naming.read()
    printed: dict[str, list[Triplet]] = {}
    judged: list[Judged] = []
    hits, said = Counter[str](), Counter[str]()
    for number, (example, one, reading) in enumerate(zip(examples, scored, readings, strict=True)):
        triplets = printed.setdefault(str(example.document.key), [])
        for located in (proposal.located for proposal in reading.proposals):
            triplet = naming.printed(located, example.candidates)
            at = one.pairs.index((located.drug or 0, located.target or 0))
            correct = right(triplet, example.gold)
            judged.append(Judged((float(one.interacts[at]), float(one.labels[at].max())), correct, number))
            said[triplet.interaction] += 1
            hits[triplet.interaction] += correct
            triplets.append(triplet)
    gold = {str(example.document.key): example.gold for example in examples}
    return Measured(score(gold, printed), tuple(judged), dict(sorted(hits.items())), dict(sorted(said.items())))


def speed(one: Model, other: Model, examples: Sequence[PairExample]) -> float:
    """How many times as fast as `one` `other` reads the documents, each at its best of a few turns in alternation.

    In processor time: what else the machine does must not decide about a model.
    """
    documents, candidates = [e.document for e in examples], [e.candidates for e in examples]
    best = [math.inf, math.inf]
    for _ in range(_REPEATS):
        for turn, model in enumerate((one, other)):
            began = time.process_time()
            model.engine.score(documents, candidates)
            best[turn] = min(best[turn], time.process_time() - began)
    return best[0] / best[1]

"""Systems that extract triplets, scored beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from benchmarks._quality.identity import Case, Identity
from benchmarks._report import Measurement
from dti.domain.documents import Document
from dti.domain.triplets import Triplet
from dti.evaluation.bootstrap import Interval, intervals, ratios
from dti.evaluation.hard_match import score
from dti.evaluation.report import Report as Scores
from dti.evaluation.report import figures
from dti.extraction import Extractor

UNIT = "F1 x 100"

System: TypeAlias = Callable[[Sequence[Document]], Sequence[tuple[Triplet, ...]]]
"""From documents to what is found in each."""

Found: TypeAlias = Mapping[str, tuple[Triplet, ...]]
Matching: TypeAlias = Callable[[Case, Sequence[Triplet]], tuple[tuple[Triplet, ...], tuple[Triplet, ...]]]
"""From a document's gold and prediction to both as they are to be compared."""


def served(extractor: Extractor) -> System:
    """What `dti extract` prints."""
    return lambda wanted: [tuple(claim.triplet for claim in result.claims) for result in extractor.extract(wanted)]


def found(system: System, cases: Sequence[Case]) -> Found:
    """What a system finds in each case's document."""
    return {case.key: tuple(t) for case, t in zip(cases, system([case.document for case in cases]), strict=True)}


def printed(case: Case, predicted: Sequence[Triplet]) -> tuple[tuple[Triplet, ...], tuple[Triplet, ...]]:
    """Both as they are spelled."""
    return case.gold, tuple(predicted)


def by_identity(identity: Identity, *, any_interaction: bool) -> Matching:
    """Both with one label for one thing."""
    return lambda case, predicted: identity.relabelled(case, predicted, any_interaction=any_interaction)


def scored(cases: Iterable[Case], answers: Found, matching: Matching) -> Scores:
    """The hard match of what was found, in compat mode."""
    both = {case.key: matching(case, answers[case.key]) for case in cases}
    return score({key: gold for key, (gold, _) in both.items()}, {key: predicted for key, (_, predicted) in both.items()})


def compared(name: str, ours: Scores, alternative: str, theirs: Scores, figure: str = "sample.f1") -> Measurement:
    """One figure of both, with its interval and that of the ratio."""
    own, ratio = intervals(ours).figures[figure], ratios(ours, theirs).figures[figure]
    values = 100 * figures(ours)[figure], UNIT, alternative, 100 * figures(theirs)[figure]
    return Measurement(name, *values, bounds=percent(own), ratio_bounds=(ratio.low, ratio.high))


def percent(interval: Interval) -> tuple[float, float]:
    """Bounds of a share as those of a figure in percent."""
    return 100 * interval.low, 100 * interval.high

"""The KD-DTI hard match: triplets compared by spelling, per document and over the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal, TypeAlias

from dti.domain.triplets import Triplet
from dti.errors import EvaluationError
from dti.evaluation.matching import MATCHINGS, Matching
from dti.evaluation.matching.base import Item
from dti.evaluation.overlap import Overlap, harmonic_mean, total
from dti.evaluation.report import Counts, DocumentScore, MajorityBaseline, Ontology, Prf, Report, Slots

Mode: TypeAlias = Literal["compat", "strict"]

_Pair: TypeAlias = tuple[frozenset[Item], frozenset[Item]]
"""Predicted and gold items of one document."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One document's triplets."""

    id: str
    predicted: Sequence[Triplet]
    gold: Sequence[Triplet]

    @property
    def triplets(self) -> _Pair:
        return _triplets(self.predicted), _triplets(self.gold)

    def slot(self, name: str) -> _Pair:
        return _slot(self.predicted, name), _slot(self.gold, name)


def score(gold: Mapping[str, Sequence[Triplet]], predictions: Mapping[str, Sequence[Triplet]], mode: Mode = "compat") -> Report:
    """Score `predictions` against `gold`, both by document id.

    A gold document without a prediction counts as an empty prediction. A prediction without gold is left out and counted
    in compat mode. Raises EvaluationError if there is no gold, or in strict mode if a predicted document has none.
    """
    if not gold:
        raise EvaluationError("no gold documents to score against")
    matching = MATCHINGS.build(mode)
    unknown = [id_ for id_ in predictions if id_ not in gold]
    matching.unknown_documents(unknown)
    cases = [_Case(id_, predictions.get(id_, ()), triplets) for id_, triplets in gold.items()]
    documents = tuple(_document(case, matching) for case in cases)
    sample = _sample(documents)
    return Report(
        mode=mode,
        sample=sample,
        f1_of_means=harmonic_mean(sample.precision, sample.recall),
        micro=_best((total(document.overlap for document in documents),)),
        ontology=_ontology(cases, matching),
        accuracy=_mean_accuracy(documents),
        majority=_majority(cases, matching),
        counts=_counts(cases, unpredicted=len(gold.keys() - predictions.keys()), skipped=len(unknown)),
        documents=documents,
    )


def _document(case: _Case, matching: Matching) -> DocumentScore:
    overlaps = matching.overlaps(*case.triplets)
    return DocumentScore(case.id, _best(overlaps), max(overlaps, key=lambda overlap: overlap.f1), _accuracy(case, matching))


def _best(overlaps: Sequence[Overlap]) -> Prf:
    """Precision and recall, each by the reading that favours it, and their F1."""
    precision = max(overlap.precision for overlap in overlaps)
    recall = max(overlap.recall for overlap in overlaps)
    return Prf(precision, recall, harmonic_mean(precision, recall))


def _accuracy(case: _Case, matching: Matching) -> Slots:
    drug, target, interaction = (_jaccard(case.slot(name), matching) for name in ("drug", "target", "interaction"))
    return Slots(drug, target, interaction)


def _jaccard(pair: _Pair, matching: Matching) -> float:
    return max(overlap.jaccard for overlap in matching.overlaps(*pair))


def _sample(documents: Sequence[DocumentScore]) -> Prf:
    rows = [document.triplets for document in documents]
    return Prf(fmean(row.precision for row in rows), fmean(row.recall for row in rows), fmean(row.f1 for row in rows))


def _mean_accuracy(documents: Sequence[DocumentScore]) -> Slots:
    rows = [document.accuracy for document in documents]
    return Slots(fmean(row.drug for row in rows), fmean(row.target for row in rows), fmean(row.interaction for row in rows))


def _ontology(cases: Sequence[_Case], matching: Matching) -> Ontology:
    def slot(name: str) -> Prf:
        return _best(matching.pooled([case.slot(name) for case in cases]))

    triplets = _best(matching.pooled([case.triplets for case in cases]))
    return Ontology(drug=slot("drug"), target=slot("target"), interaction=slot("interaction"), triplet=triplets)


def _majority(cases: Sequence[_Case], matching: Matching) -> MajorityBaseline:
    """Scores the most frequent gold interaction, spelled in lower case; ties go to the alphabet's first."""
    frequency = Counter(triplet.interaction.strip().lower() for case in cases for triplet in case.gold)
    if not frequency:
        return MajorityBaseline("", 0.0, 0.0)
    label = min(frequency, key=lambda interaction: (-frequency[interaction], interaction))
    pairs = [(frozenset({(label,)}), case.slot("interaction")[1]) for case in cases]
    return MajorityBaseline(label, fmean(_jaccard(pair, matching) for pair in pairs), _best(matching.pooled(pairs)).f1)


def _counts(cases: Sequence[_Case], *, unpredicted: int, skipped: int) -> Counts:
    return Counts(
        documents=len(cases),
        gold_triplets=sum(len(case.gold) for case in cases),
        predicted_triplets=sum(len(case.predicted) for case in cases),
        unpredicted_documents=unpredicted,
        skipped_documents=skipped,
    )


def _triplets(triplets: Iterable[Triplet]) -> frozenset[Item]:
    return frozenset((triplet.drug, triplet.interaction, triplet.target) for triplet in triplets)


def _slot(triplets: Iterable[Triplet], name: str) -> frozenset[Item]:
    return frozenset((str(getattr(triplet, name)),) for triplet in triplets)

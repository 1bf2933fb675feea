"""The figures of one evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from dti.evaluation.overlap import Overlap


@dataclass(frozen=True, slots=True)
class Prf:
    """Precision, recall and F1, each in [0, 1]."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Slots:
    """One figure for each slot of a triplet."""

    drug: float
    target: float
    interaction: float


@dataclass(frozen=True, slots=True)
class Ontology:
    """Corpus-level agreement on the drugs, targets, interactions and triplets of all documents pooled."""

    drug: Prf
    target: Prf
    interaction: Prf
    triplet: Prf


@dataclass(frozen=True, slots=True)
class MajorityBaseline:
    """What naming the most frequent gold interaction for every document would score."""

    interaction: str
    accuracy: float
    ontology_f1: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Sizes, triplets as given (repetitions included).

    `unpredicted_documents` have gold but no prediction and are scored as empty predictions; `skipped_documents` have a
    prediction but no gold and are left out.
    """

    documents: int
    gold_triplets: int
    predicted_triplets: int
    unpredicted_documents: int
    skipped_documents: int


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """One document's figures; `overlap` is the reading of its triplets with the best F1."""

    id: str
    triplets: Prf
    overlap: Overlap
    accuracy: Slots


@dataclass(frozen=True, slots=True)
class Report:
    """Agreement of predictions with gold over a corpus.

    `sample` holds means over documents; its F1, the mean per-document F1, is the benchmark's published headline, which
    its script calls "micro". `f1_of_means` is the F1 of the mean precision and the mean recall, which the script calls
    "macro". `micro` is micro-averaging as usually understood: hits, predictions and gold items summed over documents.
    """

    mode: str
    sample: Prf
    f1_of_means: float
    micro: Prf
    ontology: Ontology
    accuracy: Slots
    majority: MajorityBaseline
    counts: Counts
    documents: tuple[DocumentScore, ...]


def to_json(report: Report) -> dict[str, object]:
    """The report as nested JSON values, single documents left out."""
    values = asdict(report)
    del values["documents"]
    return values


def figures(report: Report) -> dict[str, float]:
    """Every figure of the report by its path, such as "sample.f1" or "ontology.drug.recall"."""
    return dict(_leaves("", to_json(report)))


def _leaves(prefix: str, values: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for name, value in values.items():
        match value:
            case dict():
                yield from _leaves(f"{prefix}{name}.", value)
            case float():
                yield f"{prefix}{name}", value

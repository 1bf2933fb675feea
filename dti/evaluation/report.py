"""The figures of one evaluation."""

from __future__ import annotations

from dataclasses import dataclass

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

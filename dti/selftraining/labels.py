"""What a model says of unlabelled documents, before anyone decides which of it to believe."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.domain.triplets import Located, Triplet
from dti.mentions import Naming
from dti.model.checkpoint import Checkpoint
from dti.model.pairs.engine import PairEngine, Scored
from dti.reading import Emission
from dti.selftraining.folder import read_lines, write_lines
from dti.training.development import right
from dti.training.pairs.examples import FindAll, Pair, PairExample

CHUNK = 256  # documents scored between two writes


class Scores(NamedTuple):
    """A pair as it is written: candidates, log of the probability that it interacts, likeliest label and the log of its own."""

    drug: int
    target: int
    interacts: float
    label: int
    typed: float


@dataclass(frozen=True, slots=True)
class Label:
    """A pair of a document with its likeliest interaction; logs of their probabilities, and the calibrated confidence.

    `said` tells whether the model's rule of emission would say it.
    """

    document: int
    pair: Pair
    label: int
    interacts: float
    typed: float
    confidence: float
    said: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents with candidates, and the labels that are considered of them, in their order."""

    documents: tuple[Document, ...]
    candidates: tuple[tuple[Candidate, ...], ...]
    labels: tuple[Label, ...]

    def located(self, label: Label, name: str) -> Located:
        """The label as a triplet that points; `name` is that of its interaction."""
        drug, target = label.pair
        names = self.candidates[label.document]
        return Located(Triplet(names[drug].name, name, names[target].name), 0, 0, drug, target)


@dataclass(frozen=True, slots=True)
class Model:
    """A checkpoint with its engine loaded."""

    checkpoint: Checkpoint
    engine: PairEngine
    emission: Emission

    @classmethod
    def open(cls, folder: Path, threads: int) -> Model:
        """Raises CheckpointError if the folder holds no pair model."""
        checkpoint = Checkpoint.open(folder)
        engine = PairEngine(checkpoint, threads=threads)
        return cls(checkpoint, engine, Emission(**checkpoint.decoding.settings))

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of interactions by number."""
        return self.engine.labels


@dataclass(frozen=True, slots=True)
class Consider:
    """Which pairs of a document are considered: the likeliest `most` from `floor` on."""

    most: int
    floor: float

    def labels(self, model: Model, number: int, pairs: Sequence[Scores]) -> Iterator[Label]:
        """Labels of document `number`, the likeliest first."""
        probabilities = [math.exp(row.interacts) for row in pairs]
        said = set(model.emission.chosen(probabilities))
        order = sorted(range(len(pairs)), key=lambda at: (-probabilities[at], at))[: self.most]
        for at in (at for at in order if probabilities[at] >= self.floor):
            row = pairs[at]
            confidence = model.checkpoint.calibration.confidence((row.interacts, row.typed))
            yield Label(number, (row.drug, row.target), row.label, row.interacts, row.typed, confidence, at in said)


def batch_of(
    model: Model, consider: Consider, documents: Sequence[Document], candidates: Sequence[tuple[Candidate, ...]]
) -> Batch:
    """Score documents and take the labels to consider."""
    scored = model.engine.score(documents, candidates)
    labels = (label for number, one in enumerate(scored) for label in consider.labels(model, number, scores_of(one)))
    return Batch(tuple(documents), tuple(candidates), tuple(labels))


def judge(model: Model, batch: Batch, examples: Sequence[PairExample]) -> list[bool]:
    """Whether each label, as it would be printed, is among its document's gold triplets."""
    naming = Naming.read()
    rows = ((label, examples[label.document], batch.located(label, model.labels[label.label])) for label in batch.labels)
    return [right(naming.printed(located, batch.candidates[label.document]), e.gold) for label, e, located in rows]


def score_pool(model: Model, documents: Sequence[Document], find: FindAll, folder: Path, report: Callable[[int], None]) -> None:
    """Every pair of every document, in files of CHUNK documents; those that are there are not made again."""
    for start in range(0, len(documents), CHUNK):
        path = folder / f"{start // CHUNK:05d}.jsonl"
        part = documents[start : start + CHUNK]
        if not path.exists():
            scored = model.engine.score(part, list(find(part)))
            write_lines(path, (_row(document, one) for document, one in zip(part, scored, strict=True)))
        report(start + len(part))


def _row(document: Document, scored: Scored) -> dict[str, Any]:
    return {"document": document.id, "pairs": scores_of(scored)}


def scores_of(scored: Scored) -> list[Scores]:
    """Every pair with its likeliest label."""
    best = [int(at) for at in scored.labels.argmax(-1)] if scored.pairs else []
    rows = zip(scored.pairs, scored.interacts.tolist(), best, scored.labels, strict=True)
    return [Scores(*pair, interacts, label, float(typed[label])) for pair, interacts, label, typed in rows]


def read_pool_batch(model: Model, consider: Consider, documents: Mapping[str, Document], find: FindAll, folder: Path) -> Batch:
    """What `score_pool` wrote of documents with at least one label to consider; their candidates are found again."""
    kept: list[tuple[Document, list[Label]]] = []
    for row in _rows(folder):
        if labels := list(consider.labels(model, len(kept), [Scores(*pair) for pair in row["pairs"]])):
            kept.append((documents[row["document"]], labels))
    texts = [document for document, _ in kept]
    return Batch(tuple(texts), tuple(find(texts)), tuple(label for _, labels in kept for label in labels))


def _rows(folder: Path) -> Iterable[dict[str, Any]]:
    return (row for path in sorted(folder.glob("*.jsonl")) for row in read_lines(path))

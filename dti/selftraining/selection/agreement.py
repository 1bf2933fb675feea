"""Agreement of a model with itself: does it read the same where names are hidden and other habits are asked for?

A pair model has no beam. Its readings of a document differ in what it is shown and asked for: the text with all names, with the
drugs' hidden, with the targets' hidden; KD-DTI's habit of annotation, DrugBank's, the curators'. What it says of a pair in most
of these nine readings rests on the text, not on one name or one habit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dti.domain.entities import EntityKind
from dti.model.pairs.encoding import PairSource
from dti.model.pairs.engine import Scored
from dti.model.vocabulary import MASK
from dti.selftraining.frozen import masked
from dti.selftraining.labels import Batch, Label, Model
from dti.selftraining.selection.base import Cut, Material, precise

_TIE = 1e-3  # of labels on which as many readings agree the more confident come first


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Labels that at least the share `least` of all readings says; with a `precision`, the share that reaches it."""

    least: float = 0.6
    precision: float | None = None
    labels: int = 8

    def scores(self, batches: Sequence[Batch], material: Material) -> list[list[float]]:
        """Share of the readings that say the pair with the same interaction."""
        return [_shares(batch, material.model) for batch in batches]

    def cut(self, scores: Sequence[float], right: Sequence[bool]) -> Cut:
        """At `least`, or at the lowest safe share."""
        return Cut(self.least) if self.precision is None else precise(scores, right, self.precision, self.labels)


def _shares(batch: Batch, model: Model) -> list[float]:
    engine = model.engine
    sources = [engine.source(d, c) for d, c in zip(batch.documents, batch.candidates, strict=True)]
    styles = range(len(engine.head.weights["style.weight"]))
    said: list[set[tuple[int, int, int, int]]] = []
    for view in _views(batch, sources, engine.vocabulary.id(MASK)):
        of_style = [set[tuple[int, int, int, int]]() for _ in styles]
        for at, states in engine.states(view):
            for style in styles:
                scored = engine.judge(view[at], states, style)
                of_style[style].update((at, *row) for row in _said(model, scored))
        said += of_style
    return [_share(label, said) for label in batch.labels]


def _share(label: Label, said: Sequence[set[tuple[int, int, int, int]]]) -> float:
    key = (label.document, *label.pair, label.label)
    return sum(key in one for one in said) / len(said) + _TIE * label.confidence


def _said(model: Model, scored: Scored) -> Iterator[tuple[int, int, int]]:
    for at in model.emission.chosen([math.exp(value) for value in scored.interacts]):
        yield (*scored.pairs[at], int(scored.labels[at].argmax()))


def _views(batch: Batch, sources: Sequence[PairSource], mask: int) -> Iterator[list[PairSource]]:
    yield list(sources)
    for kind in EntityKind:
        rows = zip(sources, batch.candidates, strict=True)
        yield [
            masked(s, [t for c, m in zip(cs, s.mentions, strict=True) if c.kind is kind for n in m for t in n], mask)
            for s, cs in rows
        ]

"""Agreement of several models: seeds of one recipe err differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from dti.errors import OptionError
from dti.selftraining.labels import Batch, Model
from dti.selftraining.selection.base import Cut, Material, precise


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """Mean confidence of the labelling model and of all `checkpoints` in the very same pair and interaction."""

    checkpoints: Sequence[str]
    least: float = 0.5
    precision: float | None = None
    labels: int = 8

    def __post_init__(self) -> None:
        if not isinstance(self.checkpoints, list | tuple) or not self.checkpoints:
            raise OptionError("selection 'ensemble' needs checkpoints: a list of folders")

    def scores(self, batches: Sequence[Batch], material: Material) -> list[list[float]]:
        """Means over models, each calibrated by itself."""
        others = [Model.open(Path(folder), material.threads) for folder in self.checkpoints]
        if any(other.labels != material.model.labels for other in others):
            raise OptionError("selection 'ensemble': a checkpoint has other interactions than the model that labels")
        return [mean_confidences(batch, others) for batch in batches]

    def cut(self, scores: Sequence[float], right: Sequence[bool]) -> Cut:
        """At `least`, or at the lowest safe confidence."""
        return Cut(self.least) if self.precision is None else precise(scores, right, self.precision, self.labels)


def mean_confidences(batch: Batch, others: Sequence[Model]) -> list[float]:
    """Mean over the labelling model and others for each label."""
    told = [_confidences(batch, other) for other in others]
    return [fmean((label.confidence, *rest)) for label, *rest in zip(batch.labels, *told, strict=True)]


def _confidences(batch: Batch, model: Model) -> list[float]:
    """What another model gives each label."""
    scored = model.engine.score(batch.documents, batch.candidates)
    places = [{pair: at for at, pair in enumerate(one.pairs)} for one in scored]
    confidences = []
    for label in batch.labels:
        one, at = scored[label.document], places[label.document][label.pair]
        logs = float(one.interacts[at]), float(one.labels[at][label.label])
        confidences.append(model.checkpoint.calibration.confidence(logs))
    return confidences

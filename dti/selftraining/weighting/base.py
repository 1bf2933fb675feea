"""Protocol of the ways to weigh pseudo-labelled documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dti.selftraining.labels import Model
from dti.training.pairs.examples import PairExample
from dti.training.pairs.recipe import PairRecipe


@dataclass(frozen=True, slots=True)
class Pseudo:
    """A pseudo-labelled document as the student would learn it, with the confidences of its accepted labels."""

    example: PairExample
    confidences: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Scales:
    """What a weighting may look at: the model, gold documents that train, clean ones that do not, recipe and seed."""

    model: Model
    gold: Sequence[PairExample]
    clean: Sequence[PairExample]
    recipe: PairRecipe
    seed: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """A weight in [0, 1] for each document; `warnings` are doubts about them in words."""

    weights: tuple[float, ...]
    warnings: tuple[str, ...] = ()


class Weighting(Protocol):
    """A strategy; a frozen dataclass whose fields are its settings."""

    def weigh(self, documents: Sequence[Pseudo], scales: Scales) -> Weighed:
        """A weight for each document, in order."""

"""Protocol of the backbones family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from transformers import PreTrainedModel

from dti.model.backbones._fused import FusedModel
from dti.model.vocabulary import Vocabulary

Model: TypeAlias = PreTrainedModel | FusedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a recipe gives a backbone to begin with.

    `encoder` is a hub id or folder of a BERT; a vocabulary that is trimmed keeps what occurs `least_piece_count` times in
    `texts`; `markers` are the codec's.
    """

    seed: int
    encoder: str
    markers: Sequence[str]
    least_piece_count: int
    texts: Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Begun:
    """A model before training, and its vocabulary."""

    model: Model
    vocabulary: Vocabulary


class Backbone(Protocol):
    """An architecture with its settings; the seed decides the weights that are new."""

    servable: ClassVar[bool]  # whether CTranslate2 can run what is built

    def source(self, encoder: str) -> str:
        """Hub id or folder of where the first weights come from."""

    def begin(self, material: Material) -> Begun:
        """An untrained model, apart from what a pretrained one brings along; raises HubError where that is not to be had."""

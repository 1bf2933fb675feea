"""Protocol of the backbones family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from tokenizers import Tokenizer
from transformers import BartForConditionalGeneration, BertModel

from dti.model.backbones._fused import FusedModel
from dti.model.vocabulary import Vocabulary

Model: TypeAlias = BartForConditionalGeneration | FusedModel


@dataclass(frozen=True, slots=True)
class Origin:
    """A BERT with its own tokenizer, and our vocabulary, whose id i is BERT's `rows[i]` (-1: new)."""

    bert: BertModel
    tokenizer: Tokenizer
    vocabulary: Vocabulary
    rows: Sequence[int]


class Backbone(Protocol):
    """An architecture with its settings; torch's generator decides the weights that are new."""

    servable: ClassVar[bool]  # whether CTranslate2 can run what is built

    def build(self, origin: Origin) -> Model:
        """An untrained model, apart from what `origin` brings along."""

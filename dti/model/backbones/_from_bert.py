"""What begins with a BERT: its encoder, and a vocabulary trimmed from its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertModel

from dti.model import seq2seq
from dti.model.backbones.base import Begun, Material, Model
from dti.model.vocabulary import Vocabulary, trim


@dataclass(frozen=True, slots=True)
class Origin:
    """A BERT with its own tokenizer, and our vocabulary, whose id i is BERT's `rows[i]` (-1: new)."""

    bert: BertModel
    tokenizer: Tokenizer
    vocabulary: Vocabulary
    rows: Sequence[int]


class FromBert(ABC):
    """A backbone around `Material.encoder`."""

    def source(self, encoder: str) -> str:
        """The BERT."""
        return encoder

    def begin(self, material: Material) -> Begun:
        """See `Backbone`."""
        source = seq2seq.encoder_source(material.encoder)
        bert = BertModel.from_pretrained(source, add_pooling_layer=False)
        full = _tokenizer(source)
        vocabulary, rows = trim(full, material.texts(), material.markers, least=material.least_piece_count)
        torch.manual_seed(material.seed)
        return Begun(self.build(Origin(bert, full, vocabulary, rows)), vocabulary)

    @abstractmethod
    def build(self, origin: Origin) -> Model:
        """The model; torch's generator decides the weights that are new."""


def _tokenizer(source: str) -> Tokenizer:
    folder = Path(source)
    full = Tokenizer.from_file(str(folder / "tokenizer.json")) if folder.is_dir() else Tokenizer.from_pretrained(source)
    full.no_truncation()
    full.no_padding()
    return full

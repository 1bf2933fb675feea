"""T5 of either version: google/flan-t5-*, SciFive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from tokenizers import Tokenizer
from tokenizers.normalizers import Replace, Sequence
from transformers import PreTrainedModel, T5ForConditionalGeneration

from dti.model.backbones._pretrained import Pretrained
from dti.model.vocabulary import Vocabulary

_STRUCTURE = ("<pad>", "</s>", "<unk>")


@dataclass(frozen=True, kw_only=True)
class T5(Pretrained):
    """Encoder and decoder with relative positions; a target starts behind the padding token."""

    servable: ClassVar[bool] = True

    pretrained: str = "google/flan-t5-base"

    def load(self, folder: Path) -> PreTrainedModel:
        """See `Pretrained`."""
        model: PreTrainedModel = T5ForConditionalGeneration.from_pretrained(str(folder), dtype=torch.float32)
        return model

    def tokenizer(self, folder: Path) -> Tokenizer:
        """SentencePiece spells the names of its structure as that structure: a text that holds them is taken apart."""
        tokenizer = super().tokenizer(folder)
        apart = [Replace(token, f"{token[0]} {token[1:]}") for token in _STRUCTURE]
        first = [tokenizer.normalizer] if tokenizer.normalizer else []
        tokenizer.normalizer = Sequence([*first, *apart])
        return tokenizer

    def adjust(self, model: PreTrainedModel, vocabulary: Vocabulary) -> None:
        """The start is the configuration's own as a rule, but it may be left out."""
        model.config.decoder_start_token_id = vocabulary.id(vocabulary.frame.start)

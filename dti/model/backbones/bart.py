"""BART as it is: facebook/bart-base, BioBART."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from transformers import BartForConditionalGeneration, PreTrainedModel

from dti.model.backbones._pretrained import Pretrained
from dti.model.seq2seq import FOR_CONVERTER
from dti.model.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class Bart(Pretrained):
    """Encoder and decoder; a target starts behind `<s>`."""

    servable: ClassVar[bool] = True

    pretrained: str = "facebook/bart-base"

    def load(self, folder: Path) -> PreTrainedModel:
        """See `Pretrained`."""
        model: PreTrainedModel = BartForConditionalGeneration.from_pretrained(str(folder), dtype=torch.float32)
        return model

    def adjust(self, model: PreTrainedModel, vocabulary: Vocabulary) -> None:
        """Stock BART's epsilon, which its configuration leaves out."""
        settings = {"decoder_start_token_id": vocabulary.id(vocabulary.frame.start), "forced_eos_token_id": None}
        model.config.update({"layer_norm_eps": 1e-5, **FOR_CONVERTER, **settings})

"""The KD-DTI paper's "bert-attn" Transformer: every layer also attends to the states of a frozen BERT."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertModel

from dti.errors import OptionError
from dti.model.backbones._from_bert import FromBert, Origin
from dti.model.backbones._fused import BERT, CONFIG, TOKENIZER, WEIGHTS, FusedModel, Reader
from dti.model.backbones._fused_layers import Shape
from dti.model.backbones.base import Model
from dti.model.vocabulary import END, PAD, START


@dataclass(frozen=True, kw_only=True)
class BertFused(FromBert):
    """Built from scratch around BERT; `drop_net` is the ratio q of the drop-net, 0 to 0.5.

    Runs on torch only: CTranslate2 has no such layer.
    """

    servable: ClassVar[bool] = False

    encoder_layers: int = 2
    decoder_layers: int = 2
    width: int = 256
    feed_forward: int = 1024
    heads: int = 4
    dropout: float = 0.1
    drop_net: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.drop_net <= 0.5:
            raise OptionError(f"drop_net is {self.drop_net}; it must be between 0 and 0.5")

    def build(self, origin: Origin) -> Model:
        """New weights but for BERT's, which stay as they are."""
        vocabulary = origin.vocabulary
        shape = Shape(
            vocabulary=len(vocabulary),
            pad=vocabulary.id(PAD),
            start=vocabulary.id(START),
            end=vocabulary.id(END),
            encoder_layers=self.encoder_layers,
            decoder_layers=self.decoder_layers,
            width=self.width,
            feed_forward=self.feed_forward,
            heads=self.heads,
            dropout=self.dropout,
            drop_net=self.drop_net,
        )
        return FusedModel(shape, Reader(origin.bert, origin.tokenizer))


def load_fused(folder: Path) -> FusedModel:
    """Read what `FusedModel.save_pretrained` wrote."""
    raw = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    bert = BertModel.from_pretrained(str(folder / BERT), add_pooling_layer=False)
    model = FusedModel(Shape(**raw["shape"]), Reader(bert, Tokenizer.from_file(str(folder / BERT / TOKENIZER))))
    model.load_trained(load_file(folder / WEIGHTS))
    return model

"""The BERT as the encoder of a stock BART."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dti.model import seq2seq
from dti.model.backbones._from_bert import FromBert, Origin
from dti.model.backbones.base import Model


@dataclass(frozen=True, kw_only=True)
class BartFromBert(FromBert):
    """Encoder, embeddings and first decoder weights are BERT's."""

    servable: ClassVar[bool] = True

    decoder_layers: int = 2
    dropout: float = 0.1

    def build(self, origin: Origin) -> Model:
        """See `seq2seq.from_bert`."""
        return seq2seq.from_bert(
            origin.bert, origin.vocabulary, origin.rows, decoder_layers=self.decoder_layers, dropout=self.dropout
        )

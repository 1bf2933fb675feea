"""The KD-DTI paper's plain Transformer, from scratch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from transformers import BartConfig, BartForConditionalGeneration

from dti.model.backbones._from_bert import FromBert, Origin
from dti.model.backbones.base import Model
from dti.model.seq2seq import FOR_CONVERTER
from dti.model.vocabulary import END, PAD, START


@dataclass(frozen=True, kw_only=True)
class Transformer(FromBert):
    """Post-norm, ReLU, one embedding table for both sides and the output; nothing is pretrained.

    Stock BART is its carrier, so positions are learnt, and embeddings are normalised before the first layer.
    """

    servable: ClassVar[bool] = True

    encoder_layers: int = 2
    decoder_layers: int = 2
    width: int = 256
    feed_forward: int = 1024
    heads: int = 4
    dropout: float = 0.1
    positions: int = 1024

    def build(self, origin: Origin) -> Model:
        """Only the vocabulary of `origin` is used."""
        vocabulary = origin.vocabulary
        config = BartConfig(
            vocab_size=len(vocabulary),
            d_model=self.width,
            max_position_embeddings=self.positions,
            encoder_layers=self.encoder_layers,
            decoder_layers=self.decoder_layers,
            encoder_attention_heads=self.heads,
            decoder_attention_heads=self.heads,
            encoder_ffn_dim=self.feed_forward,
            decoder_ffn_dim=self.feed_forward,
            activation_function="relu",
            dropout=self.dropout,
            attention_dropout=self.dropout,
            activation_dropout=self.dropout,
            init_std=self.width**-0.5,
            scale_embedding=True,
            pad_token_id=vocabulary.id(PAD),
            bos_token_id=vocabulary.id(START),
            eos_token_id=vocabulary.id(END),
            decoder_start_token_id=vocabulary.id(START),
            forced_eos_token_id=None,
            tie_word_embeddings=True,
            **{"layer_norm_eps": 1e-5, **FOR_CONVERTER},
        )
        return BartForConditionalGeneration(config)

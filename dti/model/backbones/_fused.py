"""A Transformer around a frozen BERT: reading, forward pass, files."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from dti.model.backbones._fused_layers import DecoderLayer, EncoderLayer, Shape, States

CONFIG, WEIGHTS, BERT, TOKENIZER = "config.json", "model.safetensors", "bert", "tokenizer.json"


class Reader(nn.Module):
    """A frozen BERT over its own tokens of a text; it never trains, not even its dropout."""

    def __init__(self, bert: BertModel, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.bert = bert.requires_grad_(requires_grad=False)
        self.bert.train(mode=False)
        self.tokenizer = tokenizer
        self.tokenizer.enable_truncation(bert.config.max_position_embeddings)
        self.tokenizer.enable_padding(pad_id=bert.config.pad_token_id or 0)

    def train(self, mode: bool = True) -> Reader:  # noqa: FBT001, FBT002 - torch's signature
        """Stays in evaluation mode."""
        super().train(mode)
        self.bert.train(mode=False)
        return self

    def forward(self, texts: Sequence[str]) -> States:
        """Last hidden states of lower-cased texts."""
        encoded = self.tokenizer.encode_batch([text.lower() for text in texts])
        device = next(self.bert.parameters()).device
        ids = torch.tensor([item.ids for item in encoded], device=device)
        mask = torch.tensor([item.attention_mask for item in encoded], device=device)
        with torch.no_grad():
            return States(self.bert(input_ids=ids, attention_mask=mask).last_hidden_state, mask == 0)


@dataclass(frozen=True, slots=True)
class Output:
    """Logits [batch, target tokens, vocabulary]."""

    logits: torch.Tensor


class Stack(nn.Module):
    """The layers of one side."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)


class FusedModel(nn.Module):
    """Encoder and decoder that attend to a frozen BERT; sinusoidal positions, one embedding table for all three uses."""

    def __init__(self, shape: Shape, reader: Reader) -> None:
        super().__init__()
        self.shape = shape
        self.reader = reader
        width = int(reader.bert.config.hidden_size)
        self.embedding = nn.Embedding(shape.vocabulary, shape.width, padding_idx=shape.pad)
        nn.init.normal_(self.embedding.weight, std=shape.width**-0.5)
        self.dropout = nn.Dropout(shape.dropout)
        self.encoder = Stack([EncoderLayer(shape, width) for _ in range(shape.encoder_layers)])
        self.decoder = Stack([DecoderLayer(shape, width) for _ in range(shape.decoder_layers)])

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, decoder_input_ids: torch.Tensor, texts: Sequence[str]
    ) -> Output:
        """Teacher-forced logits; `texts` are the sources as text, for BERT."""
        bert = self.reader(texts)
        return Output(self.decode(decoder_input_ids, self.encode(input_ids, attention_mask, bert), bert))

    def encode(self, ids: torch.Tensor, mask: torch.Tensor, bert: States) -> States:
        """Source ids and mask [batch, tokens] to the encoder's states."""
        source = States(self._embedded(ids), mask == 0)
        for layer in self.encoder.layers:
            source = layer(source, bert)
        return source

    def decode(self, ids: torch.Tensor, source: States, bert: States) -> torch.Tensor:
        """Logits [batch, tokens, vocabulary] of what follows each of `ids`; padding only ever stands at the end."""
        target = States(self._embedded(ids), torch.zeros_like(ids, dtype=torch.bool))
        for layer in self.decoder.layers:
            target = layer(target, source, bert)
        return nn.functional.linear(target.values, self.embedding.weight)

    def get_encoder(self) -> Stack:
        """The encoder, by the name that transformers gives it."""
        return self.encoder

    def save_pretrained(self, folder: str) -> None:
        """Configuration, trained weights, and BERT in a folder of its own."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        config = {"model_type": "bert_fused", "shape": asdict(self.shape)}
        (place / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        save_file({name: p.detach().contiguous() for name, p in self.named_parameters() if p.requires_grad}, place / WEIGHTS)
        self.reader.bert.save_pretrained(str(place / BERT))
        self.reader.tokenizer.save(str(place / BERT / TOKENIZER))

    def load_trained(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Set all weights but BERT's."""
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if parameter.requires_grad:
                    parameter.copy_(weights[name])

    def _embedded(self, ids: torch.Tensor) -> torch.Tensor:
        scaled = self.embedding(ids) * math.sqrt(self.shape.width)
        return torch.as_tensor(self.dropout(scaled + _positions(ids.shape[1], self.shape.width).to(scaled)))


def _positions(length: int, width: int) -> torch.Tensor:
    """Sinusoidal positions [length, width]: sines in the first half, cosines in the second."""
    half = width // 2
    rates = torch.exp(torch.arange(half) * -(math.log(10_000) / (half - 1)))
    angles = torch.arange(length).unsqueeze(1) * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)

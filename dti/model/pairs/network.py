"""The pair model in torch, for training: a BERT-type encoder, and a decoder of one cross-attending step for each pair.

The encoder's token types say what kind of name a token belongs to. A pair's query is made of its two names as the encoder
read them and of the pair's features; it attends to the whole document once (Vaswani et al., 2017, section 3.2.2), and what
comes back decides whether the pair interacts and how. Asking about all pairs replaces the search over pointer sequences.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import BertConfig, BertModel

from dti.errors import CheckpointError
from dti.model.pairs.encoding import KINDS

MODEL_TYPE = "pair_scorer"
_SIGNALS = (256, 128)
_STYLE = 64
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the head; `styles` are the annotation habits it can be asked to follow."""

    hidden: int
    heads: int
    candidate_features: int
    pair_features: int
    styles: int
    labels: tuple[str, ...]

    @property
    def signals(self) -> int:
        """Features of a pair: its own and those of both its ends."""
        return self.pair_features + 2 * self.candidate_features

    @property
    def told(self) -> int:
        """Width of what is known about a pair beside its names: signals and style."""
        return _SIGNALS[1] + _STYLE


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Padded documents; pairs of all documents in one row.

    `ids`, `kinds`, `mask`, `hidden` [documents, tokens]; `mentions` [documents, candidates, tokens] averages a candidate's
    tokens; `signals` [pairs, features]; `document`, `drug`, `target`, `place` [pairs] index documents, candidates, and the
    pair within its document; `style` [documents].
    """

    ids: torch.Tensor
    kinds: torch.Tensor
    mask: torch.Tensor
    hidden: torch.Tensor
    mentions: torch.Tensor
    signals: torch.Tensor
    document: torch.Tensor
    drug: torch.Tensor
    target: torch.Tensor
    place: torch.Tensor
    style: torch.Tensor


class Head(nn.Module):
    """Scores pairs; `dti.model.pairs.head` is its twin without torch."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        width, told = shape.hidden, shape.told
        self.heads = shape.heads
        self.register_buffer("mean", torch.zeros(shape.signals))
        self.register_buffer("scale", torch.ones(shape.signals))
        self.signals_in = nn.Linear(shape.signals, _SIGNALS[0])
        self.signals_out = nn.Linear(*_SIGNALS)
        self.style = nn.Embedding(shape.styles, _STYLE)
        self.query_in = nn.Linear(2 * width + told, width)
        self.query_out = nn.Linear(width, width)
        self.queries, self.keys, self.values, self.outputs = (nn.Linear(width, width) for _ in range(4))
        self.read_norm = nn.LayerNorm(width, _EPSILON)
        self.joint_norm = nn.LayerNorm(4 * width + told, _EPSILON)
        self.joint = nn.Linear(4 * width + told, width)
        self.interacts = nn.Linear(width, 1)
        self.label = nn.Linear(width, len(shape.labels))
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: torch.Tensor, batch: PairBatch) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [pairs] of interaction and [pairs, labels] of its type, from encoder states [documents, tokens, hidden]."""
        final = self.dropout(torch.relu(self.joint(self.dropout(self.joint_norm(self.joined(states, batch))))))
        return self.interacts(final)[:, 0], self.label(final)

    def joined(self, states: torch.Tensor, batch: PairBatch) -> torch.Tensor:
        """All that is known of each pair [pairs, 4 * hidden + told]: what the last layers judge."""
        names = torch.bmm(batch.mentions, states)
        drug, target = names[batch.document, batch.drug], names[batch.document, batch.target]
        scaled = ((batch.signals - self.mean) / self.scale).clamp(-5, 5)
        signals = self.signals_out(self.dropout(torch.relu(self.signals_in(scaled))))
        told = torch.cat([signals, self.style(batch.style)[batch.document]], -1)
        query = self.query_out(torch.relu(self.query_in(torch.cat([drug, target, told], -1))))
        read = self.read_norm(query + self._attend(query, states, batch))
        return torch.cat([drug, target, drug * target, read, told], -1)

    def _attend(self, query: torch.Tensor, states: torch.Tensor, batch: PairBatch) -> torch.Tensor:
        """Multi-head attention of each pair's query over its own document."""
        documents, places = states.shape[0], int(batch.place.max()) + 1
        padded = query.new_zeros(documents, places, query.shape[-1])
        padded[batch.document, batch.place] = query

        def split(value: torch.Tensor) -> torch.Tensor:
            return value.view(*value.shape[:2], self.heads, -1).transpose(1, 2)

        read = nn.functional.scaled_dot_product_attention(
            split(self.queries(padded)),
            split(self.keys(states)),
            split(self.values(states)),
            attn_mask=batch.mask[:, None, None, :],
        )
        mixed: torch.Tensor = self.outputs(read.transpose(1, 2).flatten(2))
        return mixed[batch.document, batch.place]


class PairNetwork(nn.Module):
    """Encoder and head; what a hidden token shows instead of itself is learnt."""

    def __init__(self, encoder: BertModel, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = encoder
        self.hidden = nn.Parameter(torch.zeros(shape.hidden))
        self.head = Head(shape, dropout)

    def forward(self, batch: PairBatch) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits as `Head` gives them."""
        words = self.encoder.embeddings.word_embeddings(batch.ids)
        shown = torch.where(batch.hidden[..., None], self.hidden, words)
        states = self.encoder(inputs_embeds=shown, token_type_ids=batch.kinds, attention_mask=batch.mask.long())
        interacts, labels = self.head(states.last_hidden_state, batch)
        return interacts, labels

    def save(self, folder: Path) -> None:
        """Write `config.json` and `model.safetensors`."""
        folder.mkdir(parents=True, exist_ok=True)
        config = {"model_type": MODEL_TYPE, "encoder": self.encoder.config.to_dict(), "shape": asdict(self.shape)}
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        save_file({name: value.contiguous() for name, value in self.state_dict().items()}, folder / "model.safetensors")


def from_bert(bert: BertModel, shape: Shape, dropout: float, mask: int) -> PairNetwork:
    """A network on `bert`, whose token types become kinds of names: at first all but alike. Hidden tokens begin as `mask`."""
    types = nn.Embedding(KINDS, bert.config.hidden_size)
    with torch.no_grad():
        types.weight.copy_(bert.embeddings.token_type_embeddings.weight[:1] + 0.02 * torch.randn_like(types.weight))
    bert.embeddings.token_type_embeddings = types
    bert.config.type_vocab_size = KINDS
    network = PairNetwork(bert, shape, dropout)
    with torch.no_grad():
        network.hidden.copy_(bert.embeddings.word_embeddings.weight[mask])
    return network


@torch.no_grad()
def mean(networks: Sequence[PairNetwork]) -> PairNetwork:
    """The first network with the mean of all their weights; they must have learnt from the same beginning to make sense."""
    first, *others = networks
    for kept, *further in zip(first.parameters(), *(other.parameters() for other in others), strict=True):
        kept.copy_(torch.stack([kept, *further]).mean(0))
    return first


def load(folder: Path, dropout: float = 0.0) -> PairNetwork:
    """Read what `save` wrote; raises CheckpointError if it is something else."""
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        shape = Shape(**{**config["shape"], "labels": tuple(config["shape"]["labels"])})
        network = PairNetwork(BertModel(BertConfig(**config["encoder"]), add_pooling_layer=False), shape, dropout)
        network.load_state_dict(load_file(folder / "model.safetensors"))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise CheckpointError(f"{folder}: no pair model ({type(error).__name__}: {error})") from error
    return network

"""Layers that attend to BERT: post-norm, with the drop-net between their own attention and BERT's.

B are BERT's last hidden states [batch, BERT tokens, BERT width]; masks are True where there is padding.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes and special ids of a fused model."""

    vocabulary: int
    pad: int
    start: int
    end: int
    encoder_layers: int
    decoder_layers: int
    width: int
    feed_forward: int
    heads: int
    dropout: float
    drop_net: float


@dataclass(frozen=True, slots=True)
class States:
    """What is attended to: [batch, tokens, width], and where it is padding [batch, tokens]."""

    values: torch.Tensor
    padding: torch.Tensor

    def detach(self) -> States:
        """The same values, through which no gradient flows."""
        return States(self.values.detach(), self.padding)

    def repeat(self, times: int) -> States:
        """Each row `times` times."""
        return States(self.values.repeat_interleave(times, dim=0), self.padding.repeat_interleave(times, dim=0))


class DropNet(nn.Module):
    """Gates of the own attention and of BERT's, drawn anew in every call while training."""

    def __init__(self, ratio: float) -> None:
        super().__init__()
        self._ratio = ratio

    def forward(self) -> tuple[float, float]:
        """(1, 0) with probability q, (0, 1) with q, else (0.5, 0.5); always the last outside training."""
        drawn = float(torch.rand(())) if self.training else 0.5
        if self.training and drawn < self._ratio:
            return 1.0, 0.0
        if self.training and drawn > 1 - self._ratio:
            return 0.0, 1.0
        return 0.5, 0.5


class Attention(nn.Module):
    """Multi-head attention of queries [batch, tokens, width] to States."""

    def __init__(self, shape: Shape, source_width: int) -> None:
        super().__init__()
        self.heads = nn.MultiheadAttention(
            shape.width, shape.heads, dropout=shape.dropout, kdim=source_width, vdim=source_width, batch_first=True
        )

    def forward(self, queries: torch.Tensor, states: States, hidden: torch.Tensor | None = None) -> torch.Tensor:
        """`hidden` [tokens, tokens] is True where a query may not look."""
        attended, _ = self.heads(
            queries, states.values, states.values, key_padding_mask=states.padding, attn_mask=hidden, need_weights=False
        )
        return torch.as_tensor(attended)


class Fusion(nn.Module):
    """h' = LN(h + r0 drop(A(h, own)) + r1 drop(A(h, B))), the gates r from the drop-net."""

    def __init__(self, shape: Shape, bert_width: int) -> None:
        super().__init__()
        self.own = Attention(shape, shape.width)
        self.bert = Attention(shape, bert_width)
        self.gates = DropNet(shape.drop_net)
        self.dropout = nn.Dropout(shape.dropout)
        self.norm = nn.LayerNorm(shape.width)

    def forward(self, h: torch.Tensor, own: States, bert: States) -> torch.Tensor:
        """[batch, tokens, width]; a shut gate gives gradients of zero, not none, so that Adam's moments decay in every step."""
        own_gate, bert_gate = self.gates()
        mixed = own_gate * self.dropout(self.own(h, own)) + bert_gate * self.dropout(self.bert(h, bert))
        return torch.as_tensor(self.norm(h + mixed))


class FeedForward(nn.Module):
    """h' = LN(h + drop(W2 drop(relu(W1 h))))."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(shape.width, shape.feed_forward),
            nn.ReLU(),
            nn.Dropout(shape.dropout),
            nn.Linear(shape.feed_forward, shape.width),
            nn.Dropout(shape.dropout),
        )
        self.norm = nn.LayerNorm(shape.width)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        """[batch, tokens, width]."""
        return torch.as_tensor(self.norm(h + self.layers(h)))


class EncoderLayer(nn.Module):
    """Self-attention and BERT side by side, then feed-forward."""

    def __init__(self, shape: Shape, bert_width: int) -> None:
        super().__init__()
        self.fusion = Fusion(shape, bert_width)
        self.feed_forward = FeedForward(shape)

    def forward(self, source: States, bert: States) -> States:
        """The source one layer up."""
        return States(self.feed_forward(self.fusion(source.values, source, bert)), source.padding)


class DecoderLayer(nn.Module):
    """Causal self-attention, then the encoder and BERT side by side, then feed-forward."""

    def __init__(self, shape: Shape, bert_width: int) -> None:
        super().__init__()
        self.attention = Attention(shape, shape.width)
        self.dropout = nn.Dropout(shape.dropout)
        self.norm = nn.LayerNorm(shape.width)
        self.fusion = Fusion(shape, bert_width)
        self.feed_forward = FeedForward(shape)

    def forward(self, target: States, source: States, bert: States) -> States:
        """The target one layer up."""
        h = target.values
        future = torch.ones(h.shape[1], h.shape[1], dtype=torch.bool, device=h.device).triu(1)
        h = self.norm(h + self.dropout(self.attention(h, target, future)))
        return States(self.feed_forward(self.fusion(h, source, bert)), target.padding)

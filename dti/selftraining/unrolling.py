"""A teacher trained through its student's update (data teaching with deep interactions, in the form of learning to reweight).

A step of the student is theta'(w) = theta - eta * grad (1/B) sum_i w_i l_i(theta); the teacher's loss L is that of clean
documents at theta', so dL/dw_i = -(eta/B) <grad L(theta'), grad l_i(theta)>: a document gains weight when its gradient points
where theirs does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import nn

_HIDDEN = 32
_NECK = 8
_DROPOUT = 0.3
_CLIP = 4.0
_LEAST_SPREAD = 1e-6

Parameters = Mapping[str, torch.Tensor]
Losses = Callable[[Parameters], torch.Tensor]


class Told(NamedTuple):
    """Of each document its losses and the like [documents, few], and the student's inner states [documents, many or none]."""

    surface: torch.Tensor
    inner: torch.Tensor


def after_step(losses: Losses, parameters: Parameters, weights: torch.Tensor, rate: float) -> dict[str, torch.Tensor]:
    """Parameters after one step of gradient descent on the weighted mean loss; differentiable in `weights`."""
    value = (weights * losses(parameters)).mean()
    gradients = torch.autograd.grad(value, list(parameters.values()), create_graph=True, materialize_grads=True)
    return {name: theta - rate * g for (name, theta), g in zip(parameters.items(), gradients, strict=True)}


def by_products(losses: Losses, clean: Losses, parameters: Parameters, weights: torch.Tensor, rate: float) -> torch.Tensor:
    """The gradient of the clean loss by the weights from its formula: one product of gradients for each document."""
    stepped = {name: value.detach().requires_grad_() for name, value in after_step(losses, parameters, weights, rate).items()}
    ahead = torch.autograd.grad(clean(stepped).mean(), list(stepped.values()), materialize_grads=True)
    found = []
    for one in losses(parameters):
        own = torch.autograd.grad(one, list(parameters.values()), retain_graph=True, materialize_grads=True)
        found.append(sum(((a * b).sum() for a, b in zip(ahead, own, strict=True)), start=one.new_zeros(())))
    return -rate / len(found) * torch.stack(found)


class Teacher(nn.Module):
    """What is told of documents to weights in (0, 1): losses and the like by one path, inner states by another.

    There are hundreds of inner states and only a few hundred documents to learn from: they pass a narrow neck, with dropout
    before it, so that none of them can drown the losses. Either side is on the scale of the documents it was fitted on.
    """

    def __init__(self, surface: int, inner: int, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.surface, self.inner = Standard(surface), Standard(inner)
        self.seen = nn.Linear(surface, _HIDDEN)
        self.neck = _neck(inner) if inner else None
        self.out = nn.Linear(_HIDDEN, 1)

    def fit(self, told: Told) -> None:
        """Take these documents' scale."""
        self.surface.fit(told.surface)
        if self.neck:
            self.inner.fit(told.inner)

    def forward(self, told: Told) -> torch.Tensor:
        """Weights [documents]."""
        hidden = self.seen(self.surface(told.surface))
        if self.neck:
            hidden = hidden + self.neck(self.inner(told.inner))
        weights: torch.Tensor = torch.sigmoid(self.out(torch.relu(hidden))[:, 0])
        return weights


def _neck(inner: int) -> nn.Module:
    return nn.Sequential(nn.Dropout(_DROPOUT), nn.Linear(inner, _NECK), nn.LayerNorm(_NECK), nn.Linear(_NECK, _HIDDEN))


class Standard(nn.Module):
    """Values less their mean by their standard deviation, within a few of them; as they are before `fit`."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))

    def fit(self, values: torch.Tensor) -> None:
        """What varies less than can be seen keeps its scale."""
        spread = values.std(0, correction=0)
        self.mean.copy_(values.mean(0))
        self.scale.copy_(torch.where(spread > _LEAST_SPREAD, spread, 1.0))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Standardised."""
        standard: torch.Tensor = ((values - self.mean) / self.scale).clamp(-_CLIP, _CLIP)
        return standard

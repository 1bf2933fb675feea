"""A teacher trained through its student's update (data teaching with deep interactions, in the form of learning to reweight).

A step of the student is theta'(w) = theta - eta * grad (1/B) sum_i w_i l_i(theta); the teacher's loss L is that of clean
documents at theta', so dL/dw_i = -(eta/B) <grad L(theta'), grad l_i(theta)>: a document gains weight when its gradient points
where theirs does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import nn

Parameters = Mapping[str, torch.Tensor]
Losses = Callable[[Parameters], torch.Tensor]


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
    """Internal states of the student to a weight in (0, 1)."""

    def __init__(self, width: int, hidden: int, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.layers = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, told: torch.Tensor) -> torch.Tensor:
        """Weights [documents] from what is told of each [documents, width]."""
        weights: torch.Tensor = torch.sigmoid(self.layers(told)[:, 0])
        return weights

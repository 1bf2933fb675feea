"""What a pair model is trained for: each pair, the choice among a document's pairs, the label of the right ones."""

from __future__ import annotations

import torch
from torch import nn

from dti.model.pairs.network import PairBatch
from dti.training.pairs.batches import Answers
from dti.training.pairs.recipe import PairRecipe

_NEVER = -1e4


def loss(recipe: PairRecipe, batch: PairBatch, answers: Answers, interacts: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Weighted sum of the three, each a mean over documents or over right pairs."""
    parts = (
        recipe.pair_loss * _pairs(batch, answers, interacts),
        recipe.choice_loss * _choice(batch, answers, interacts),
        recipe.label_loss * _labels(recipe, answers, labels),
    )
    return torch.stack(parts).sum()


def _pairs(batch: PairBatch, answers: Answers, interacts: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy summed over a document's pairs, so that each wrong pair costs the same in any document."""
    each = nn.functional.binary_cross_entropy_with_logits(interacts, answers.right, weight=answers.clear, reduction="sum")
    return each / len(batch.ids)


def _choice(batch: PairBatch, answers: Answers, interacts: torch.Tensor) -> torch.Tensor:
    """Cross-entropy over a document's pairs and "none of them", whose logit is 0, as adaptive thresholds have it.

    Several right pairs share the probability (Zhou et al., ATLOP, 2021, section 3.2, has a learnt threshold in its place).
    """
    shape = (len(batch.ids), int(batch.place.max()) + 2)
    where = (batch.document, batch.place)
    logits = interacts.new_full(shape, _NEVER)
    logits[:, -1] = 0
    logits[where] = torch.where(answers.clear > 0, interacts, torch.full_like(interacts, _NEVER))
    wanted = interacts.new_zeros(shape)
    wanted[where] = answers.right
    wanted[:, -1] = (wanted.sum(1) == 0).float()
    wanted = wanted / wanted.sum(1, keepdim=True)
    return -(wanted * torch.log_softmax(logits, -1)).sum(1).mean()


def _labels(recipe: PairRecipe, answers: Answers, labels: torch.Tensor) -> torch.Tensor:
    told = answers.label >= 0
    if not told.any():
        return labels.sum() * 0
    return nn.functional.cross_entropy(labels[told], answers.label[told], label_smoothing=recipe.label_smoothing)

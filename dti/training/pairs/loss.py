"""What a pair model is trained for: each pair, the choice among a document's pairs, the label of the right ones."""

from __future__ import annotations

import torch
from torch import nn

from dti.model.pairs.network import PairBatch
from dti.training.pairs.batches import Answers
from dti.training.pairs.examples import UNLABELLED
from dti.training.pairs.recipe import PairRecipe

_NEVER = -1e4


def loss(recipe: PairRecipe, batch: PairBatch, answers: Answers, interacts: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Weighted sum of the three, each a mean over documents or over right pairs."""
    weight = answers.weight
    told = (answers.label >= 0).sum().clamp(min=1)
    parts = (
        recipe.pair_loss * (weight * pair_losses(batch, answers, interacts)).mean(),
        recipe.choice_loss * (weight * choice_losses(batch, answers, interacts)).mean(),
        recipe.label_loss * (weight * label_losses(recipe, batch, answers, labels)).sum() / told,
    )
    return torch.stack(parts).sum()


def document_losses(
    recipe: PairRecipe, batch: PairBatch, answers: Answers, interacts: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """The same for each document by itself, whatever its weight [documents]."""
    return (
        recipe.pair_loss * pair_losses(batch, answers, interacts)
        + recipe.choice_loss * choice_losses(batch, answers, interacts)
        + recipe.label_loss * label_losses(recipe, batch, answers, labels)
    )


def pair_losses(batch: PairBatch, answers: Answers, interacts: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy summed over a document's pairs [documents]: a wrong pair costs the same in any document."""
    each = nn.functional.binary_cross_entropy_with_logits(interacts, answers.right, weight=answers.clear, reduction="none")
    return _summed(batch, each)


def choice_losses(batch: PairBatch, answers: Answers, interacts: torch.Tensor) -> torch.Tensor:
    """Cross-entropy over a document's pairs and "none of them" [documents], whose logit is 0, as adaptive thresholds have it.

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
    return -(wanted * torch.log_softmax(logits, -1)).sum(1)


def label_losses(recipe: PairRecipe, batch: PairBatch, answers: Answers, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the labels of a document's right pairs, summed [documents]."""
    smoothing = recipe.label_smoothing
    each = nn.functional.cross_entropy(
        labels, answers.label, ignore_index=UNLABELLED, label_smoothing=smoothing, reduction="none"
    )
    return _summed(batch, each)


def _summed(batch: PairBatch, each: torch.Tensor) -> torch.Tensor:
    return each.new_zeros(len(batch.ids)).index_add(0, batch.document, each)

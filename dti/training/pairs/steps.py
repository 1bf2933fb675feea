"""What the training loop does for a pair model: batches of documents, and the moving average of the weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import torch

from dti.model.pairs.network import PairNetwork
from dti.training import state
from dti.training.pairs.batches import Item, collate
from dti.training.pairs.loss import loss
from dti.training.pairs.recipe import PairRecipe
from dti.training.trainer import Plan, Step, Trainer, warmed

_BETAS = (0.9, 0.999)
_STAGE = "pairs"
_AVERAGE = "average"


def trainer(recipe: PairRecipe, network: PairNetwork, kept: PairNetwork, steps: int, folder: Path) -> Trainer:
    """The loop of one recipe; `kept` becomes the moving average of the weights of `network`."""
    _freeze(network, recipe.frozen_layers)
    plan = Plan(
        identity=recipe.sha256,
        seed=recipe.seed,
        steps=steps,
        save_steps=recipe.save_steps,
        share=partial(_share, recipe, steps),
        learning_rate=recipe.learning_rate,
        encoder_learning_rate=recipe.encoder_learning_rate,
        betas=_BETAS,
        weight_decay=recipe.weight_decay,
        gradient_norm=recipe.gradient_norm,
    )
    return Trainer(plan, network, network.encoder, folder, _MovingAverage(network, kept, recipe.average))


def steps(recipe: PairRecipe, network: PairNetwork, batches: Iterable[Callable[[], list[Item]]]) -> Iterator[Step]:
    """One step for each batch."""
    for make in batches:
        yield Step(_STAGE, partial(_loss, recipe, network, make))


class _MovingAverage:
    """Moves `kept` towards the weights, fast at first, so that it forgets where they began."""

    def __init__(self, network: PairNetwork, kept: PairNetwork, decay: float) -> None:
        self._network = network
        self._kept = kept
        self._decay = decay

    @torch.no_grad()
    def follow(self, step: int) -> None:
        decay = min(self._decay, step / (step + 10))
        for kept, now in zip(self._kept.parameters(), self._network.parameters(), strict=True):
            kept.lerp_(now, 1 - decay)

    def save(self, folder: Path) -> None:
        self._kept.save(folder / _AVERAGE)

    def load(self, folder: Path) -> None:
        state.read_weights(folder / _AVERAGE, self._kept)


def _share(recipe: PairRecipe, total: int, step: int) -> float:
    """Share of the peak learning rate: linear up over the warm-up, and linear down from the first step on."""
    return warmed(step, recipe.warmup_steps) * (total + 1 - step) / total


def _loss(recipe: PairRecipe, network: PairNetwork, make: Callable[[], list[Item]]) -> torch.Tensor:
    batch, answers = collate([item for item in make() if item.source.features.pairs])
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.precision == "bfloat16"):
        interacts, labels = network(batch)
    return loss(recipe, batch, answers, interacts.float(), labels.float())


def _freeze(network: PairNetwork, layers: int) -> None:
    """Word embeddings and the lowest layers stay as they are; kinds of names are new and learn."""
    embeddings = network.encoder.embeddings
    frozen = (embeddings.word_embeddings, embeddings.position_embeddings, *network.encoder.encoder.layer[:layers])
    for part in frozen:
        part.requires_grad_(requires_grad=False)

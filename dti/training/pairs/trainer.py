"""The training loop of pair models: seeded, resumable, killable at any moment."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import torch
from torch import nn

from dti.errors import TrainingError
from dti.model.pairs.network import PairBatch, PairNetwork
from dti.training import state
from dti.training.pairs.batches import Answers, Item, collate
from dti.training.pairs.loss import loss
from dti.training.pairs.recipe import PairRecipe
from dti.training.trainer import Progress

logger = logging.getLogger(__name__)

_LOG_STEPS = 10
_STAGE = "pairs"


class PairTrainer:
    """Trains `network` under one recipe; `average` is the moving average of its weights, which is what is kept."""

    def __init__(self, recipe: PairRecipe, network: PairNetwork, average: PairNetwork, folder: Path) -> None:
        self._recipe = recipe
        self._network = network
        self._average = average
        self._folder = folder
        _freeze(network, recipe.frozen_layers)
        self._optimiser = _optimiser(recipe, network)

    def run(self, batches: Iterator[Callable[[], list[Item]]], steps: int, report: Callable[[Progress], None]) -> None:
        """Train from the last saved state, or from the start, to the last step; saves on the way and at the end."""
        done, losses = self._resume()
        self._network.train()
        began = time.monotonic()
        for step, make in enumerate(islice(batches, steps), start=1):
            if step <= done:
                continue
            rate = self._rate(step, steps)
            losses.append(self._step(step, make(), rate))
            if step % _LOG_STEPS == 0 or step == steps:
                seconds = time.monotonic() - began
                line = Progress(step, steps, _STAGE, sum(losses) / len(losses), rate * self._recipe.learning_rate, seconds)
                self._log(line)
                report(line)
                losses.clear()
            if step % self._recipe.save_steps == 0 or step == steps:
                beside = partial(self._beside, losses)
                state.save(self._folder / "state", step, self._recipe.sha256, self._network, self._optimiser, beside)

    def _beside(self, losses: list[float], draft: Path) -> None:
        """The average, and the losses that no log line has told yet: a resumed run's curve is that of an unbroken one."""
        self._average.save(draft / "average")
        (draft / "losses.json").write_text(json.dumps(losses), encoding="utf-8")

    def _resume(self) -> tuple[int, list[float]]:
        found = state.latest(self._folder / "state")
        if found is None:
            return 0, []
        folder, step, identity = found
        if identity != self._recipe.sha256:
            raise TrainingError(f"{folder} was trained under another recipe; choose another output folder")
        state.restore(folder, step, self._network, self._optimiser)
        state.read_weights(folder / "average", self._average)
        logger.info("resuming after step %d", step)
        return step, json.loads((folder / "losses.json").read_text(encoding="utf-8"))

    def _step(self, step: int, items: list[Item], rate: float) -> float:
        # Seeding every step keeps dropout the same whether or not the run was interrupted.
        torch.manual_seed(self._recipe.seed * 1_000_003 + step)
        for group in self._optimiser.param_groups:
            group["lr"] = group["peak"] * rate
        batch, answers = collate([item for item in items if item.source.features.pairs])
        value = self._loss(batch, answers)
        self._optimiser.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_(self._network.parameters(), self._recipe.gradient_norm)
        self._optimiser.step()
        self._follow(step)
        return float(value.detach())

    def _loss(self, batch: PairBatch, answers: Answers) -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=self._recipe.precision == "bfloat16"):
            interacts, labels = self._network(batch)
        return loss(self._recipe, batch, answers, interacts.float(), labels.float())

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        """Move the average towards the weights, fast at first, so that it forgets where they began."""
        decay = min(self._recipe.average, step / (step + 10))
        for kept, now in zip(self._average.parameters(), self._network.parameters(), strict=True):
            kept.lerp_(now, 1 - decay)

    def _rate(self, step: int, steps: int) -> float:
        """Share of the peak learning rate: linear up over the warm-up, then linear down to zero after the last step."""
        warm = min(1.0, step / max(self._recipe.warmup_steps, 1))
        return warm * (steps + 1 - step) / steps

    def _log(self, line: Progress) -> None:
        with (self._folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({name: getattr(line, name) for name in Progress.__slots__}) + "\n")


def _freeze(network: PairNetwork, layers: int) -> None:
    """Word embeddings and the lowest layers stay as they are; kinds of names are new and learn."""
    embeddings = network.encoder.embeddings
    frozen = (embeddings.word_embeddings, embeddings.position_embeddings, *network.encoder.encoder.layer[:layers])
    for part in frozen:
        part.requires_grad_(requires_grad=False)


def _optimiser(recipe: PairRecipe, network: PairNetwork) -> torch.optim.AdamW:
    encoder = {id(parameter) for parameter in network.encoder.parameters()}
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in learning if id(p) in encoder], "peak": recipe.encoder_learning_rate},
        {"params": [p for p in learning if id(p) not in encoder], "peak": recipe.learning_rate},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)

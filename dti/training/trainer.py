"""The training loop of every kind of torch model: seeded, resumable, killable at any moment.

What differs comes from outside: a `Plan` from the recipe, the parts of the model, and `Step`s, each with its own loss.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from dti.errors import TrainingError
from dti.training import state

logger = logging.getLogger(__name__)

_LOG_STEPS = 10
_LOSSES = "losses.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of the training log; `loss` is the mean of the steps since the last line."""

    step: int
    of: int
    stage: str
    loss: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Step:
    """A step to come; its batch is made when `loss` is called, so that a resumed run skips what it has seen unmade."""

    stage: str
    loss: Callable[[], torch.Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a recipe says to the loop; `identity` is its sum, `share` that of the peak learning rates which a step has."""

    identity: str
    seed: int
    steps: int
    save_steps: int
    share: Callable[[int], float]
    learning_rate: float
    encoder_learning_rate: float
    betas: tuple[float, float]
    weight_decay: float
    gradient_norm: float


class Average(Protocol):
    """What is kept beside the weights that learn."""

    def follow(self, step: int) -> None:
        """Take the weights after `step` in."""

    def save(self, folder: Path) -> None:
        """Write it into a state's folder."""

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""


class NoAverage:
    """The last weights are what is kept."""

    def follow(self, step: int) -> None:
        """Nothing follows."""

    def save(self, folder: Path) -> None:
        """The state has the weights themselves."""

    def load(self, folder: Path) -> None:
        """Nor is there anything to read."""


class Trainer:
    """Trains `model`, of which `encoder` is the pretrained part, by one plan; `folder` keeps state and log."""

    def __init__(self, plan: Plan, model: nn.Module, encoder: nn.Module | None, folder: Path, average: Average) -> None:
        self._plan = plan
        self._model = model
        self._optimiser = _optimiser(plan, model, encoder)
        self._folder = folder
        self._average = average

    def run(self, steps: Iterable[Step], report: Callable[[Progress], None]) -> None:
        """Train from the last saved state, or from the start, to the end of `steps`, which are as many as planned.

        Saves on the way and at the end.
        """
        done, losses = self._resume()
        self._model.train()
        began = time.monotonic()
        for number, step in enumerate(steps, start=1):
            if number <= done:
                continue
            losses.append(self._step(number, step))
            last = number == self._plan.steps
            if number % _LOG_STEPS == 0 or last:
                rate = self._plan.share(number) * self._plan.learning_rate
                mean = sum(losses) / len(losses)
                line = Progress(number, self._plan.steps, step.stage, mean, rate, time.monotonic() - began)
                self._log(line)
                report(line)
                losses.clear()
            if number % self._plan.save_steps == 0 or last:
                self._save(number, losses)

    def _step(self, number: int, step: Step) -> float:
        # Seeding every step keeps dropout the same whether or not the run was interrupted.
        torch.manual_seed(self._plan.seed * 1_000_003 + number)
        for group in self._optimiser.param_groups:
            group["lr"] = group["peak"] * self._plan.share(number)
        loss = step.loss()
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_(self._model.parameters(), self._plan.gradient_norm)
        self._optimiser.step()
        self._average.follow(number)
        return float(loss.detach())

    def _resume(self) -> tuple[int, list[float]]:
        """The last step that is saved, and the losses that no log line has told yet."""
        found = state.latest(self._folder / "state")
        if found is None:
            return 0, []
        folder, step, identity = found
        if identity != self._plan.identity:
            raise TrainingError(f"{folder} was trained under another recipe; choose another output folder")
        state.restore(folder, step, self._model, self._optimiser)
        self._average.load(folder)
        logger.info("resuming after step %d", step)
        untold = folder / _LOSSES
        return step, json.loads(untold.read_text(encoding="utf-8")) if untold.exists() else []

    def _save(self, step: int, losses: list[float]) -> None:
        beside = partial(self._beside, losses)
        state.save(self._folder / "state", step, self._plan.identity, self._model, self._optimiser, beside)

    def _beside(self, losses: list[float], draft: Path) -> None:
        """The average, and the untold losses: a resumed run's curve is that of an unbroken one."""
        self._average.save(draft)
        (draft / _LOSSES).write_text(json.dumps(losses), encoding="utf-8")

    def _log(self, line: Progress) -> None:
        with (self._folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(line)) + "\n")


def warmed(step: int, warmup_steps: int) -> float:
    """Share of the peak learning rate in a linear warm-up, and 1 after it."""
    return min(1.0, step / max(warmup_steps, 1))


def _optimiser(plan: Plan, model: nn.Module, encoder: nn.Module | None) -> torch.optim.AdamW:
    """Two groups: the encoder, with what others share with it, and the rest; what is frozen is in neither."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    pretrained = {id(parameter) for parameter in encoder.parameters()} if encoder else set()
    groups = [
        {"params": [p for p in learning if id(p) in pretrained], "peak": plan.encoder_learning_rate},
        {"params": [p for p in learning if id(p) not in pretrained], "peak": plan.learning_rate},
    ]
    return torch.optim.AdamW(groups, lr=plan.learning_rate, betas=plan.betas, weight_decay=plan.weight_decay)

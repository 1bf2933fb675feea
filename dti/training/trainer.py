"""The training loop: seeded, resumable, killable at any moment."""

from __future__ import annotations

import itertools
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from dti.errors import TrainingError
from dti.model.backbones import FusedModel, Model
from dti.model.teacher_forcing import logits
from dti.training import state
from dti.training.batches import Batch, with_steps
from dti.training.experiment import Experiment, Optimisation, Stage
from dti.training.feeds import Feed

logger = logging.getLogger(__name__)

_BETAS = (0.9, 0.98)
_LOG_STEPS = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of the training log; `loss` is per target token over the last steps."""

    step: int
    of: int
    stage: str
    loss: float
    learning_rate: float
    seconds: float


class Trainer:
    """Trains one model under one experiment; `folder` keeps state and log."""

    def __init__(self, experiment: Experiment, model: Model, folder: Path) -> None:
        self._experiment = experiment
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = model
        nn.Module.to(model, self._device)
        self._folder = folder
        self._optimiser = _optimiser(model, experiment.optimisation)

    def run(self, feeds: Mapping[str, Feed], *, most_steps: int | None = None, report: Callable[[Progress], None]) -> int:
        """Train from the last saved state, or from the start, to the last step, which is returned.

        `feeds` holds one for each kind of examples that a stage names.
        Saves on the way and at the end. With `most_steps` the learning rate reaches zero there.
        """
        stages = with_steps(self._experiment.stages, most_steps)
        total = sum(stage.steps for stage in stages)
        done = self._resume()
        self._model.train()
        losses: list[float] = []
        began = time.monotonic()
        for step, stage, batch in self._batches(feeds, stages, done):
            rate = _rate(self._experiment.optimisation, step, total)
            losses.append(self._step(step, batch, rate))
            if step % _LOG_STEPS == 0 or step == total:
                rate_now = rate * self._experiment.optimisation.learning_rate
                line = Progress(step, total, stage.name, sum(losses) / len(losses), rate_now, time.monotonic() - began)
                self._log(line)
                report(line)
                losses.clear()
            if step % self._experiment.save_steps == 0 or step == total:
                self._save(step)
        return total

    def _resume(self) -> int:
        found = state.latest(self._folder / "state")
        if found is None:
            return 0
        folder, step, identity = found
        if identity != self._experiment.sha256:
            raise TrainingError(f"{folder} was trained under another recipe; choose another output folder")
        state.restore(folder, step, self._model, self._optimiser)
        logger.info("resuming after step %d", step)
        return step

    def _save(self, step: int) -> None:
        state.save(self._folder / "state", step, self._experiment.sha256, self._model, self._optimiser)

    def _batches(self, feeds: Mapping[str, Feed], stages: tuple[Stage, ...], done: int) -> Iterator[tuple[int, Stage, Batch]]:
        step = 0
        for stage in stages:
            with _frozen(self._model, stage.frozen_layers):
                for collate in itertools.islice(feeds[stage.examples].draw(stage), stage.steps):
                    step += 1
                    if step > done:
                        yield step, stage, collate()

    def _step(self, step: int, batch: Batch, rate: float) -> float:
        # Seeding every step keeps dropout the same whether or not the run was interrupted.
        torch.manual_seed(self._experiment.seed * 1_000_003 + step)
        settings = self._experiment.optimisation
        for group in self._optimiser.param_groups:
            group["lr"] = group["peak"] * rate
        loss = self._loss(batch.to(self._device), settings.label_smoothing)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_(self._model.parameters(), settings.gradient_norm)
        self._optimiser.step()
        return float(loss.detach())

    def _loss(self, batch: Batch, smoothing: float) -> torch.Tensor:
        """Cross-entropy per target token; the forward pass is in bf16 on a GPU."""
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._device.type == "cuda"):
            said = logits(self._model, batch.source, batch.mask, batch.decoder, batch.texts)
        return nn.functional.cross_entropy(said.flatten(0, 1).float(), batch.labels.flatten(), label_smoothing=smoothing)

    def _log(self, line: Progress) -> None:
        with (self._folder / "log.jsonl").open("a", encoding="utf-8") as log:
            fields = {name: getattr(line, name) for name in Progress.__slots__}
            log.write(json.dumps(fields) + "\n")


@contextmanager
def _frozen(model: Model, layers: int) -> Iterator[None]:
    """Stop gradients above the lowest `layers` of the encoder: what lies below neither learns nor costs a backward pass."""
    if not layers:
        yield
        return
    stack = getattr(_encoder(model), "layers", None)
    if stack is None:
        raise TrainingError("frozen_layers: only the encoders of BART, of BERT and of their kin can be frozen")
    top = stack[layers - 1]
    hook = top.register_forward_hook(lambda _module, _inputs, output: output.detach())
    try:
        yield
    finally:
        hook.remove()


def _encoder(model: Model) -> nn.Module | None:
    """The encoder, where the model has one."""
    return model.get_encoder() if isinstance(model, FusedModel) or model.config.is_encoder_decoder else None


def _optimiser(model: Model, settings: Optimisation) -> torch.optim.AdamW:
    """Two groups: the encoder, with the embeddings that a BART shares with it, and the rest; what is frozen is in neither."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    pretrained = {id(parameter) for parameter in encoder.parameters()} if (encoder := _encoder(model)) else set()
    groups = [
        {"params": [p for p in learning if id(p) in pretrained], "peak": settings.encoder_learning_rate},
        {"params": [p for p in learning if id(p) not in pretrained], "peak": settings.learning_rate},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate, betas=_BETAS, weight_decay=settings.weight_decay)


def _rate(settings: Optimisation, step: int, total: int) -> float:
    """Share of the peak learning rate: linear up over the warm-up, then linear down to zero after the last step."""
    warm = min(1.0, step / max(settings.warmup_steps, 1))
    return warm * min(1.0, (total + 1 - step) / max(total - settings.warmup_steps, 1))

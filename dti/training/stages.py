"""What the training loop does for a sequence model: stages of batches, on a GPU where there is one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch
from torch import nn

from dti.errors import TrainingError
from dti.model.backbones import FusedModel, Model
from dti.model.teacher_forcing import logits
from dti.training.batches import Batch
from dti.training.experiment import Experiment, Optimisation, Stage
from dti.training.feeds import Feed
from dti.training.trainer import NoAverage, Plan, Step, Trainer, warmed

_BETAS = (0.9, 0.98)


def trainer(experiment: Experiment, model: Model, steps: int, folder: Path) -> Trainer:
    """The loop of one experiment, cut to so many steps; moves `model` to where it will learn."""
    nn.Module.to(model, _device())
    settings = experiment.optimisation
    plan = Plan(
        identity=experiment.sha256,
        seed=experiment.seed,
        steps=steps,
        save_steps=experiment.save_steps,
        share=partial(_share, settings, steps),
        learning_rate=settings.learning_rate,
        encoder_learning_rate=settings.encoder_learning_rate,
        betas=_BETAS,
        weight_decay=settings.weight_decay,
        gradient_norm=settings.gradient_norm,
    )
    return Trainer(plan, model, _encoder(model), folder, NoAverage())


def steps(experiment: Experiment, model: Model, stages: Sequence[Stage], feeds: Mapping[str, Feed]) -> Iterator[Step]:
    """The steps of all stages; `feeds` holds one for each kind of examples that a stage names."""
    for stage in stages:
        with _frozen(model, stage.frozen_layers):
            for collate in itertools.islice(feeds[stage.examples].draw(stage), stage.steps):
                yield Step(stage.name, partial(_loss, experiment, model, collate))


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _share(settings: Optimisation, total: int, step: int) -> float:
    """Share of the peak learning rate: linear up over the warm-up, then linear down to zero after the last step."""
    return warmed(step, settings.warmup_steps) * min(1.0, (total + 1 - step) / max(total - settings.warmup_steps, 1))


def _loss(experiment: Experiment, model: Model, collate: Callable[[], Batch]) -> torch.Tensor:
    """Cross-entropy per target token."""
    device = _device()
    batch = collate().to(device)
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda" or experiment.precision == "bfloat16"):
        said = logits(model, batch.source, batch.mask, batch.decoder, batch.texts)
    smoothing = experiment.optimisation.label_smoothing
    return nn.functional.cross_entropy(said.flatten(0, 1).float(), batch.labels.flatten(), label_smoothing=smoothing)


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
    """The encoder, with the embeddings that a BART shares with it, where the model has one."""
    return model.get_encoder() if isinstance(model, FusedModel) or model.config.is_encoder_decoder else None

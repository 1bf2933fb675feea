"""Training state on disk: safetensors and JSON, written aside and renamed, so that a kill leaves the last whole one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

_PREFIX = "step-"
_MOMENTS = ("exp_avg", "exp_avg_sq")


def save(
    folder: Path,
    step: int,
    identity: str,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    beside: Callable[[Path], None] = lambda _: None,
) -> None:
    """Write the state after `step` steps, with what `beside` adds to its folder, and drop older ones."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    parameters = {name: value.detach().contiguous() for name, value in model.named_parameters() if value.requires_grad}
    save_file(parameters, draft / "model.safetensors")
    save_file(_moments(model, optimiser), draft / "optimiser.safetensors")
    (draft / "state.json").write_text(json.dumps({"step": step, "experiment": identity}), encoding="utf-8")
    beside(draft)
    done = folder / f"{_PREFIX}{step:07d}"
    shutil.rmtree(done, ignore_errors=True)
    draft.rename(done)
    for older in _states(folder)[:-1]:
        shutil.rmtree(older)


def latest(folder: Path) -> tuple[Path, int, str] | None:
    """The newest whole state: its folder, its step and the experiment it belongs to."""
    states = _states(folder)
    if not states:
        return None
    head = json.loads((states[-1] / "state.json").read_text(encoding="utf-8"))
    return states[-1], int(head["step"]), str(head["experiment"])


def restore(state: Path, step: int, model: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    """Load weights and moments in place."""
    read_weights(state, model)
    moments = load_file(state / "optimiser.safetensors")
    for name, parameter in model.named_parameters():
        if f"{name}.{_MOMENTS[0]}" in moments:
            kept = {moment: moments[f"{name}.{moment}"].to(parameter.device) for moment in _MOMENTS}
            optimiser.state[parameter] = {"step": torch.tensor(float(step)), **kept}


def read_weights(folder: Path, model: nn.Module) -> None:
    """Load what learns, from a state or a saved model of the same shape, in place."""
    weights = load_file(folder / "model.safetensors")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.copy_(weights[name])


def _moments(model: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    return {
        f"{name}.{moment}": optimiser.state[parameter][moment].contiguous()
        for name, parameter in model.named_parameters()
        if parameter in optimiser.state
        for moment in _MOMENTS
    }


def _states(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_PREFIX}*")) if folder.is_dir() else []

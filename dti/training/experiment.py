"""What a training run is: a TOML recipe as frozen dataclasses."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from dti.errors import TrainingError

T = TypeVar("T")

UNLABELLED = "unlabelled"
PRECISIONS = ("float32", "bfloat16")
_EXAMPLES = ("sentences", "documents", UNLABELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """The model before training; `encoder` is a hub id or a folder with a BERT.

    `settings` are those of the backbone beyond `decoder_layers` and `dropout`; a backbone from the hub is named there as
    `pretrained`, and has nothing to do with the settings from `encoder` on. With a `parent`, the output folder of an earlier
    run, model and vocabulary are its own and the rest is not used, but for the adapter: it says which weights learn.
    """

    parent: str = ""
    backbone: str = "bart_from_bert"
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    adapter: str = "full"
    adapter_settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    encoder: str = "sentence-transformers/all-MiniLM-L6-v2"
    decoder_layers: int = 2
    dropout: float = 0.1
    least_piece_count: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimisation:
    """AdamW with linear warm-up and linear decay to zero; the encoder learns at its own, lower rate."""

    learning_rate: float = 5e-4
    encoder_learning_rate: float = 1e-4
    warmup_steps: int = 100
    weight_decay: float = 0.01
    label_smoothing: float = 0.05
    gradient_norm: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretraining:
    """What stages on unlabelled literature ask for: an option's name and its settings."""

    objective: str = "mass"
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stretch of training on one kind of example.

    `weights` says per corpus how many times an epoch holds each of its examples (a fraction keeps that
    share); `swap` is the share of examples told about other names; lengths and batches are in tokens.
    Of a codec that points, `shuffle` is the share of examples whose pointers are dealt anew and `drop` the share of wrong
    candidates left out, so that neither a number nor a neighbour is learnt by heart.
    The lowest `frozen_layers` of the encoder do not learn, which saves two thirds of their cost. With
    unlabelled examples, `weights` are by file and at most 1.
    """

    name: str
    examples: str
    steps: int
    source_tokens: int
    batch_tokens: int
    swap: float = 0.0
    shuffle: float = 0.0
    drop: float = 0.0
    empty: float = 1.0
    frozen_layers: int = 0
    weights: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How the finished checkpoint reads and searches; `settings` are those of the decoding option."""

    source_tokens: int = 400
    decoding: str = "greedy"
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A whole run; the same experiment on the same data gives the same weights.

    `precision` is that of matrix products on a CPU, "float32" or "bfloat16"; on a GPU it is always bfloat16. Weights and
    moments are float32.
    """

    name: str
    seed: int = 1
    codec: str = "tagged"
    threads: int = 2
    precision: str = "float32"
    target_tokens: int = 96
    save_steps: int = 100
    architecture: Architecture = Architecture()
    optimisation: Optimisation = Optimisation()
    pretraining: Pretraining = Pretraining()
    stages: tuple[Stage, ...] = ()
    serving: Serving = Serving()

    @property
    def steps(self) -> int:
        """Optimiser steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    @property
    def unlabelled(self) -> bool:
        """Whether no stage sees a triplet, so that there is nothing to serve or to measure at the end."""
        return all(stage.examples == UNLABELLED for stage in self.stages)

    @property
    def sha256(self) -> str:
        """Identity of what decides the weights, so that a run is only resumed under the recipe it began with."""
        settings = dataclasses.asdict(self)
        for free in ("name", "save_steps", "serving"):
            del settings[free]
        if self.architecture.adapter == "full":  # says nothing that runs from before there were adapters do not say
            del settings["architecture"]["adapter"], settings["architecture"]["adapter_settings"]
        if self.precision == "float32":  # nor what those say that had no choice
            del settings["precision"]
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def read_experiment(path: Path) -> Experiment:
    """Read a recipe; raises TrainingError that names an unknown or ill-typed setting."""
    return experiment_of(table(path))


def table(path: Path) -> dict[str, Any]:
    """A recipe's settings as they stand in its file; raises TrainingError if it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"cannot read recipe {path}: {error}") from error


def experiment_of(raw: Mapping[str, Any]) -> Experiment:
    """An experiment from a recipe's or a card's settings; raises TrainingError that names one that is wrong."""
    raw = dict(raw)
    raw["architecture"] = build(Architecture, raw.get("architecture", {}), "architecture")
    raw["optimisation"] = build(Optimisation, raw.get("optimisation", {}), "optimisation")
    raw["pretraining"] = build(Pretraining, raw.get("pretraining", {}), "pretraining")
    raw["serving"] = build(Serving, raw.get("serving", {}), "serving")
    raw["stages"] = tuple(build(Stage, stage, "stages") for stage in raw.get("stages", ()))
    experiment = build(Experiment, raw, "recipe")
    if not experiment.stages or any(stage.examples not in _EXAMPLES for stage in experiment.stages):
        raise TrainingError(f"a recipe needs stages, each with examples that are one of: {', '.join(_EXAMPLES)}")
    if experiment.precision not in PRECISIONS:
        raise TrainingError(f"recipe: no precision {experiment.precision!r} (has: {', '.join(PRECISIONS)})")
    return experiment


def build(kind: type[T], raw: Mapping[str, Any], place: str) -> T:
    """A settings dataclass from `raw`; raises TrainingError that names what is unknown, missing or wrong, and `place`."""
    known = {field.name: str(field.type) for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # T always is one
    if unknown := sorted(set(raw) - set(known)):
        raise TrainingError(f"{place}: unknown setting {unknown[0]!r} (has: {', '.join(sorted(known))})")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}  # TOML has lists
    for name, value in values.items():
        if not isinstance(value, _accepted(known[name])) or (isinstance(value, bool) and known[name] != "bool"):
            raise TrainingError(f"{place}: {name} = {value!r} is no {known[name]}")
    try:
        return kind(**values)
    except TypeError as error:
        raise TrainingError(f"{place}: {error}") from error


def _accepted(annotation: str) -> type | tuple[type, ...]:
    """What a setting may be; of a container only that it is one."""
    return _CONTAINERS.get(annotation.partition("[")[0], _SCALARS.get(annotation, object))


_SCALARS: Mapping[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (float, int), "bool": bool}
_CONTAINERS: Mapping[str, type] = {"tuple": tuple, "Mapping": Mapping}

"""What a self-training run is asked for: a JSON file as frozen dataclasses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from dti.errors import TrainingError
from dti.training.experiment import build

_FREE = ("threads", "budget_seconds")  # settings that do not change what a run makes


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a family with its settings; in JSON one object, `name` beside the settings."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: object, place: str) -> Self:
        """Raises TrainingError where there is no object with a name."""
        if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str):
            raise TrainingError(f"{place}: an object with a name is needed")
        return cls(raw["name"], {key: value for key, value in raw.items() if key != "name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Against common classes eating the rest: how much of what is accepted may be of one kind.

    An interaction may take `interaction` times its share of KD-DTI's training labels, a drug the share `drug`; `least` labels
    of each are let through in any case.
    """

    interaction: float = 1.0
    drug: float = 0.05
    least: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """When a run stops itself: the model agrees with itself too readily, or what it accepts has drifted.

    `most_acceptance` is the largest share of considered labels that may be accepted, `most_change` how many times more or
    fewer than in the round before, `most_divergence` the Jensen-Shannon divergence in bits of accepted interactions from those
    of the training set.
    """

    most_acceptance: float = 0.9
    most_change: float = 4.0
    most_divergence: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """What a candidate must show on the gate's documents.

    The gain in F1 over the parent must be above `least_gain` at its lower bound (two-sided `level`, paired bootstrap). An
    interaction that the parent got right `class_least` times or more must keep the share `class_share` of that. Calibration
    error may grow by `calibration_margin`. Speed must stay above `speed_share` of the parent's.
    """

    least_gain: float = 0.0
    level: float = 0.95
    resamples: int = 2000
    class_least: int = 3
    class_share: float = 0.5
    calibration_margin: float = 0.05
    speed_share: float = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run.

    `pool` and `verdicts` are JSON lines; `held_out` lists PMIDs, one a line, that must not be read; `cache` is where the data
    folder's name tables are compiled, the output folder by default.
    Of the development documents the share `slice_share` chooses thresholds and teaches the teacher; the rest is the gate's.
    Of a document, at most `most_labels` pairs are considered, of those that are likelier than `floor`. Gold is drawn at least
    `gold_share` times as often as pseudo-labelled documents. With a `control` a second student is trained in the same way on
    gold alone, and the gate asks that the first be better than it.
    """

    parent: Path
    data: Path
    recipe: Path
    pool: Path
    pool_limit: int | None = None
    verdicts: Path | None = None
    held_out: Path | None = None
    cache: Path | None = None
    selection: Choice = Choice("target_precision")
    weighting: Choice = Choice("uniform")
    quota: Quota = Quota()
    guards: Guards = Guards()
    gate: GateRules = GateRules()
    rounds: int = 1
    steps: int | None = None
    seed: int = 1
    threads: int = 1
    budget_seconds: float | None = None
    slice_share: float = 0.3
    most_labels: int = 4
    floor: float = 0.02
    gold_share: float = 1.0
    control: bool = False
    shuffle_pseudo_labels: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it was read, defaults written out."""
        plain: dict[str, Any] = {key: str(value) if isinstance(value, Path) else value for key, value in asdict(self).items()}
        for family in ("selection", "weighting"):
            plain[family] = {"name": plain[family]["name"], **plain[family]["settings"]}
        return plain

    def settings(self) -> dict[str, Any]:
        """What decides a run's result beside the data it reads."""
        return {key: value for key, value in self.to_json().items() if key not in (*_PATHS, *_FREE)}

    def same_run(self, other: Mapping[str, Any]) -> bool:
        """Whether a run that was begun under `other` may go on under this."""
        ours = json.loads(json.dumps(self.to_json()))
        return all(ours.get(key) == other.get(key) for key in (ours.keys() | other.keys()) - set(_FREE))


_PATHS = ("parent", "data", "recipe", "pool", "verdicts", "held_out", "cache")
_PARTS: Mapping[str, type[Any]] = {"quota": Quota, "guards": Guards, "gate": GateRules}
_POSITIVE = ("rounds", "threads", "most_labels")


def read_order(path: Path) -> Order:
    """Read an order; raises TrainingError that names what is unknown, missing or wrong."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read order {path}: {error}") from error
    if not isinstance(raw, dict):
        raise TrainingError(f"{path}: no JSON object")
    return order_of(raw, str(path))


def order_of(raw: Mapping[str, Any], place: str = "order") -> Order:
    """An order from JSON values; raises TrainingError that names what is unknown, missing or wrong."""
    values = dict(raw)
    for name in _PATHS:
        if values.get(name) is not None:
            values[name] = _path(values[name], f"{place}: {name}")
    for name, kind in _PARTS.items():
        if name in values:
            values[name] = build(kind, values[name], f"{place}: {name}")
    for name in ("selection", "weighting"):
        if name in values:
            values[name] = Choice.of(values[name], f"{place}: {name}")
    order = build(Order, values, place)
    _check(order, place)
    return order


def _path(value: object, place: str) -> Path:
    if not isinstance(value, str):
        raise TrainingError(f"{place}: a path is needed, not {value!r}")
    return Path(value)


def _check(order: Order, place: str) -> None:
    for name in _POSITIVE:
        value = getattr(order, name)
        if not isinstance(value, int) or value < 1:
            raise TrainingError(f"{place}: {name} must be a positive number, not {value!r}")
    if not 0 < order.slice_share < 1:
        raise TrainingError(f"{place}: slice_share must be between 0 and 1, not {order.slice_share!r}")
    for name in ("data", "parent"):
        if not getattr(order, name).is_dir():
            raise TrainingError(f"{place}: {name}: no folder at {getattr(order, name)}")
    for name in ("recipe", "pool", "verdicts", "held_out"):
        file = getattr(order, name)
        if file is not None and not file.is_file():
            raise TrainingError(f"{place}: {name}: no file at {file}")

"""What a run is: a TOML recipe as a frozen dataclass."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dti.errors import TrainingError
from dti.mentions.features import FEATURES


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggerRecipe:
    """Sizes and corpora; `rows` are those of the embedding table of each feature, corpora are named "corpus/split"."""

    name: str
    seed: int
    epochs: int
    words_a_batch: int
    learning_rate: float
    dropout: float
    label_smoothing: float
    width: int
    depth: int
    pieces: int
    rows: tuple[int, ...]
    train: tuple[str, ...]
    development: tuple[str, ...]
    held_out: tuple[str, ...] = ()


def read_recipe(path: Path) -> TaggerRecipe:
    """From a TOML file; raises TrainingError that names what is missing, unknown or of another type."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
        recipe = TaggerRecipe(**values)
    except (OSError, ValueError, TypeError) as error:
        raise TrainingError(f"{path}: {error}") from error
    for field in dataclasses.fields(recipe):
        if not isinstance(value := getattr(recipe, field.name), _EXPECTED[str(field.type)]):
            raise TrainingError(f"{path}: {field.name} = {value!r} is no {field.type}")
    if len(recipe.rows) != len(FEATURES):
        raise TrainingError(f"{path}: rows for {len(FEATURES)} features are needed, not {len(recipe.rows)}")
    return recipe


_EXPECTED: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),
    "tuple[int, ...]": (tuple,),
    "tuple[str, ...]": (tuple,),
}

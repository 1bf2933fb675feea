"""What a run is: a TOML recipe as a frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dti.errors import TrainingError
from dti.mentions.features import FEATURES
from dti.training.experiment import build, table


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
    """Read a recipe; raises TrainingError that names what is missing, unknown or of another type."""
    recipe = build(TaggerRecipe, table(path), str(path))
    if len(recipe.rows) != len(FEATURES):
        raise TrainingError(f"{path}: rows for {len(FEATURES)} features are needed, not {len(recipe.rows)}")
    return recipe

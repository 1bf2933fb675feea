"""A data folder, a pool, a recipe and a parent for self-training runs of seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.pair_data import DRUGS, RECIPE, TARGETS, write_data
from tests.tiny_model import write_tiny_encoder

# Random weights say nothing with confidence: a run that is to get through must not ask for any.
EASY = {
    "selection": {"name": "threshold", "least": 0.0},
    "quota": {"interaction": 100.0, "drug": 1.0},
    "guards": {"most_acceptance": 1.0, "most_divergence": 1.0},
}


def pool_rows(count: int = 24) -> list[dict[str, str]]:
    """Documents that name what the labelled ones name, in other words."""
    rows = []
    for number in range(count):
        drug, target, other = DRUGS[number % 3], TARGETS[number % 2], DRUGS[(number + 1) % 3]
        words = " ".join(f"w{number}x{at}" for at in range(12))
        text = f"{drug} inhibits {target} {words}. {other} was given as well."
        rows.append({"id": f"p{number}", "pmid": str(5000 + number), "title": f"On {drug} {words}", "abstract": text})
    return rows


def write_pool(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_inputs(folder: Path) -> dict[str, Any]:
    """Everything an order names but for the parent, as JSON values."""
    folder.mkdir(parents=True, exist_ok=True)
    recipe = folder / "tiny.toml"
    recipe.write_text(RECIPE.format(encoder=write_tiny_encoder(folder / "bert")))
    return {
        "data": str(write_data(folder / "data")),
        "recipe": str(recipe),
        "pool": str(write_pool(folder / "pool.jsonl", pool_rows())),
        "seed": 5,
        **EASY,
    }


def train_parent(inputs: Mapping[str, Any], out: Path, steps: int) -> Path:
    """A checkpoint that was trained for a few steps, with weights to go on from."""
    from dti.training.pairs.recipe import read_recipe  # noqa: PLC0415 - the plain install has no torch
    from dti.training.pairs.run import train  # noqa: PLC0415
    from dti.training.run import Order  # noqa: PLC0415

    order = Order(data=Path(inputs["data"]), out=out, most_steps=steps)
    return train(read_recipe(Path(inputs["recipe"])), order, lambda _: None).folder

"""`dti train-mentions`: labelled corpora to the mention tagger that finds candidates."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from dti.errors import TrainingError

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("train-mentions")
@click.option(
    "--recipe",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML, e.g. data/recipes/mentions.toml.",
)
@click.option("--data", required=True, type=_FOLDER, help="Folder with labelled/documents.jsonl.xz.")
@click.option("--out", required=True, type=_FOLDER, help="Where the tagger goes; each epoch replaces the last.")
def train_mentions(*, recipe: Path, data: Path, out: Path) -> None:
    """Train the tagger of drug and target names, one line of JSON with its figures an epoch.

    The same recipe, data and machine give the same weights. A run takes minutes and has no state to resume
    from: OUT is usable after each epoch.

    Needs the "train" extra: pip install "dti[train]".
    """
    try:
        from dti.training.tagging.recipe import read_recipe
        from dti.training.tagging.run import train
    except ImportError as error:
        raise TrainingError(f'training needs the "train" extra: pip install "dti[train]" ({error.name} is missing)') from error
    for epoch, scores in enumerate(train(read_recipe(recipe), data, out), start=1):
        figures = {part: {kind: dataclasses.asdict(score) for kind, score in kinds.items()} for part, kinds in scores.items()}
        click.echo(json.dumps({"epoch": epoch, **figures}))

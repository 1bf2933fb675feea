"""`dti train`: a recipe and a data folder to a checkpoint."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dti.errors import TrainingError

if TYPE_CHECKING:
    from dti.model.checkpoint import Checkpoint, Packed
    from dti.training.trainer import Progress as Step

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--recipe",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML, e.g. data/recipes/first.toml.",
)
@click.option(
    "--data", required=True, type=_FOLDER, help="Folder with labelled/documents.jsonl.xz and, if at hand, lexicons/names/."
)
@click.option("--out", required=True, type=_FOLDER, help="Where weights, state, log and the finished checkpoint go.")
@click.option("--resume", is_flag=True, help="Go on from the last saved state in --out.")
@click.option("--max-steps", type=click.IntRange(min=1), help="End after this many steps instead of the recipe's.")
@click.option("--weights/--no-weights", default=True, show_default=True, help="Put trainable weights into the checkpoint too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: progress, then the result.")
def train(  # noqa: PLR0913 - one argument per option, as click calls it
    *, recipe: Path, data: Path, out: Path, resume: bool, max_steps: int | None, weights: bool, as_json: bool
) -> None:
    """Train a model, measure it on the development split, and pack a checkpoint folder.

    The same recipe, data and machine give the same weights, also when the run was interrupted: it
    saves its state as it goes, may be killed at any moment and goes on with --resume. The finished
    folder is OUT/checkpoint; its card.json names the data, the measurements and the limits. A recipe
    with unlabelled stages only ends without one: its OUT is what another recipe names as its parent.

    Needs the "train" extra: pip install "dti[train]".
    """
    try:
        from dti.training import run  # here, because the plain install has no torch
        from dti.training.experiment import read_experiment
        from dti.training.pairs import run as pairs
        from dti.training.pairs.recipe import is_pairs, read_recipe
    except ImportError as error:
        raise TrainingError(f'training needs the "train" extra: pip install "dti[train]" ({error.name} is missing)') from error
    order = run.Order(data=data, out=out, resume=resume, most_steps=max_steps, weights=weights)
    begin = partial(pairs.train, read_recipe(recipe)) if is_pairs(recipe) else partial(run.train, read_experiment(recipe))
    if as_json:
        made = begin(order, lambda step: click.echo(json.dumps(dataclasses.asdict(step))))
        _result(made, out, as_json=True)
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.3f}"),
        TimeRemainingColumn(),
    ) as progress:
        made = begin(order, _bar(progress))
    _result(made, out, as_json=False)


def _bar(progress: Progress) -> Callable[[Step], None]:
    task = progress.add_task("preparing", total=None, loss=float("nan"))

    def report(step: Step) -> None:
        progress.update(task, description=step.stage, completed=step.step, total=step.of, loss=step.loss)

    return report


def _result(checkpoint: Checkpoint | Packed | None, out: Path, *, as_json: bool) -> None:
    if checkpoint is None:
        told = f'{out}: pretrained; a recipe goes on from it with [architecture] parent = "{out}"'
        click.echo(json.dumps({"pretrained": str(out)}) if as_json else told)
        return
    development = checkpoint.card["development"]
    if as_json:
        click.echo(json.dumps({"checkpoint": str(checkpoint.folder), "sha256": checkpoint.sha256, "development": development}))
        return
    figure = development["model"]["sample.f1"]
    click.echo(f"{checkpoint.folder}  (sha256 {checkpoint.sha256[:12]})")
    interval = f"[{figure['low']:.3f}, {figure['high']:.3f}]"
    click.echo(f"development F1 {figure['value']:.3f} {interval} on {development['documents']} documents")
    for name, baseline in development["baselines"].items():
        click.echo(f"  {name}: {baseline['sample.f1']['value']:.3f}")

"""`dti self-train local`: a self-training run in this process, without a database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from dti.errors import TrainingError


@click.command()
@click.option(
    "--order", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What to do, as JSON."
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where everything goes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: progress, rounds, the end.")
def local(*, order: Path, out: Path, as_json: bool) -> None:
    """Run a self-training to its end; what OUT holds already is not done again.

    The parent labels the pool; labels that the selection trusts train a student beside gold; the gate
    compares it with the parent on documents that nothing else looked at. OUT/outcome.json says accepted
    or rejected and why (either is exit code 0), OUT/candidate is the student, OUT/rounds/N has each
    round's figures, pictures and ledger of labels. May be killed at any moment and started again.

    Needs the "train" extra: pip install "dti[train]".
    """
    try:
        from dti.selftraining.order import read_order  # here, because the plain install has no torch
        from dti.selftraining.run import self_train
    except ImportError as error:
        raise TrainingError(f'training needs the "train" extra: pip install "dti[train]" ({error.name} is missing)') from error
    outcome = self_train(read_order(order), out, _as_line if as_json else _as_text)
    if not as_json:
        click.echo(f"{out / 'candidate'}" if outcome["checkpoint_sha256"] else f"{out}: no candidate")


def _as_line(event: Mapping[str, Any]) -> None:
    click.echo(json.dumps(event))


def _as_text(event: Mapping[str, Any]) -> None:
    match event["event"]:
        case "stage":
            click.echo(f"round {event['round']}: {event['stage']} {event['done']}/{event['of']}")
        case "end":
            click.echo(f"{event['state']}: {event['reason']}")

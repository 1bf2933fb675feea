"""`dti self-train`: let a model learn from literature that nobody has labelled."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dti.cli._render import clean, console, json_option, print_json
from dti.cli._service import connect, url_option
from dti.cli.self_train_local import local
from dti.domain.self_training import SelfTrainingState

if TYPE_CHECKING:
    from dti.client import DtiClient
    from dti.client.answers import SelfTraining

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_LOOKS_UNTIL_HINT = 5
_NO_WORKER = (
    "no worker has taken the run yet; it needs one of the train queue: `dti up` has it where the extra `train` is installed "
    "(make install-all), else start `dti worker --queues train`"
)


@click.group("self-train")
def self_train() -> None:
    """Let a model learn from unlabelled literature, and see what it took and what came of it.

    A run is done by a worker of the train queue; `local` does one in this process, without a service.
    """


self_train.add_command(local)


@self_train.command()
@click.option("--query", metavar="TERM", help="The pool: what a PubMed search finds; it is read as a batch first.")
@click.option("--file", "file", type=_FILE, help="The pool: a literature file; it is read as a batch first.")
@click.option("--batch", metavar="ID", help="The pool: the documents of a batch.")
@click.option("--from", "published_from", metavar="DATE", help="The pool: stored documents of this date or later (ISO).")
@click.option("--to", "published_to", metavar="DATE", help="The pool: stored documents of this date or earlier (ISO).")
@click.option("--parent", metavar="SHA", help="The model to start from.  [default: the active one]")
@click.option("--order", type=_FILE, help="JSON with settings of the run: selection, weighting, rounds, gate, …")
@click.option("--rounds", type=click.IntRange(1), help="How often to generate, select and train.")
@click.option("--seed", type=int, help="Of everything that is drawn.")
@click.option("--budget", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End in time.")
@click.option(
    "--promote/--no-promote", default=True, show_default=True, help="Make a model that passes the gate the active one."
)
@click.option("--wait", is_flag=True, help="Show progress until the run has ended; exit 1 if it failed.")
@url_option
@json_option
def start(*, url: str | None, as_json: bool, wait: bool, **given: object) -> None:
    """Start a run.

    \b
    Examples:
      dti self-train start --from 2024 --rounds 1 --wait
      dti self-train start --query "kinase inhibitor AND 2024[dp]" --order order.json
    """  # noqa: D301 - \b keeps click from wrapping the examples
    with connect(url) as client:
        run = client.start_self_training(_body(client, given))
        if wait:
            run = _follow(client, run["id"])
        if as_json:
            print_json(run)
        elif wait:
            _report(client, run)
        else:
            click.echo(f"Run {run['id']} is accepted. Follow it with: dti self-train show {run['id']} --wait")
    if wait and run["state"] == SelfTrainingState.FAILED:
        sys.exit(1)


def _body(client: DtiClient, given: Mapping[str, object]) -> dict[str, object]:
    """The request of the command's options."""
    pool = {name: given[name] for name in ("query", "batch", "published_from", "published_to") if given[name]}
    if isinstance(given["file"], Path):
        pool["upload"] = client.upload(given["file"])["id"]
    if not pool:
        raise click.UsageError("give one of --query, --file, --batch, or --from and --to")
    order = _order(given["order"])
    order |= {"rounds": given["rounds"]} if given["rounds"] else {}
    order |= {"seed": given["seed"]} if given["seed"] is not None else {}
    order |= {"budget_seconds": given["budget"]} if given["budget"] else {}
    parent = client.model(str(given["parent"]))["sha256"] if given["parent"] else None
    return {"pool": pool, "parent": parent, "promote": given["promote"], "order": order}


def _order(path: object) -> dict[str, object]:
    if not isinstance(path, Path):
        return {}
    try:
        order = json.loads(path.read_bytes())
    except ValueError as error:
        raise click.BadParameter(f"{path}: no JSON: {error}", param_hint="--order") from error
    if not isinstance(order, dict):
        raise click.BadParameter(f"{path}: no JSON object", param_hint="--order")
    return order


@self_train.command("list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most rows to print.")
@url_option
@json_option
def list_runs(*, limit: int, url: str | None, as_json: bool) -> None:
    """List runs, newest first."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    with connect(url) as client:
        found = list(islice(client.self_training_runs(), limit))
    if as_json:
        for entry in found:
            print_json(entry)
        return
    table = Table("Run", "State", "Started by", "Submitted", "Reason", box=box.SIMPLE_HEAD, pad_edge=False)
    for entry in found:
        moment = entry["created_at"][:19].replace("T", " ")
        table.add_row(entry["id"], entry["state"], entry["trigger"], moment, Text(clean(entry["reason"])))
    console().print(table if found else "No run yet.")


@self_train.command()
@click.argument("run_id")
@click.option("--wait", is_flag=True, help="Show progress until the run has ended; exit 1 if it failed.")
@url_option
@json_option
def show(*, run_id: str, wait: bool, url: str | None, as_json: bool) -> None:
    """Show how far a run is, with its rounds."""
    with connect(url) as client:
        run = _follow(client, run_id) if wait else client.self_training_run(run_id)
        if as_json:
            print_json({**run, "rounds": client.self_training_rounds(run_id)})
        else:
            _report(client, run)
    if wait and run["state"] == SelfTrainingState.FAILED:
        sys.exit(1)


@self_train.command()
@click.argument("run_id")
@url_option
@json_option
def cancel(*, run_id: str, url: str | None, as_json: bool) -> None:
    """Stop a run; what it has shown stays, no model comes of it."""
    with connect(url) as client:
        stopped = client.cancel_self_training(run_id)
        print_json(stopped) if as_json else _report(client, stopped)


@self_train.command()
@click.argument("run_id")
@click.option("--accepted/--rejected", "accepted", default=None, help="Only labels taken to train on, or only the others.")
@click.option("--reason", help="Only labels with this reason.")
@click.option("--document", metavar="KEY", help="Only labels of this document.")
@click.option("--drug", help="Only labels with this drug.")
@click.option("--target", help="Only labels with this target.")
@click.option("--round", "round", type=click.IntRange(1), help="Only labels of this round.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most rows to print.")
@url_option
@json_option
def ledger(*, run_id: str, limit: int, url: str | None, as_json: bool, **conditions: str | int | bool | None) -> None:
    """List the labels that a run considered, and why each was taken or not."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    with connect(url) as client:
        found = list(islice(client.ledger(run_id, **conditions), limit))
    if as_json:
        for entry in found:
            print_json(entry)
        return
    head = ("Document", "Drug", "Interaction", "Target", "Conf.", "Score", "Weight", "Taken", "Reason")
    table = Table(*head, box=box.SIMPLE_HEAD, pad_edge=False)
    for entry in found:
        names = (entry["document"], entry["drug"], entry["interaction"], entry["target"])
        numbers = (entry["confidence"], entry["score"], entry["weight"])
        table.add_row(
            *(Text(clean(name)) for name in names),
            *("" if number is None else f"{number:.2f}" for number in numbers),
            "yes" if entry["accepted"] else "no",
            Text(clean(entry["reason"])),
        )
    console().print(table if found else "No such label.")


def _follow(client: DtiClient, run_id: str) -> SelfTraining:
    """The run when it has ended."""
    return client.wait_for_self_training(run_id, on_progress=moves())


def moves() -> Callable[[SelfTraining], None]:
    """Tells a run on stderr whenever it moves, and why it may not."""
    shown, looks = "", 0

    def show_moves(run: SelfTraining) -> None:
        nonlocal shown, looks
        looks = looks + 1 if run["state"] == SelfTrainingState.PENDING else 0
        line = f"{run['state']}: round {run['round']}, {run['stage'] or 'waiting'} {run['done']}/{run['total']}"
        if line != shown:
            shown = line
            click.echo(line, err=True)
        if looks == _LOOKS_UNTIL_HINT:
            click.echo(_NO_WORKER, err=True)

    return show_moves


def _report(client: DtiClient, run: SelfTraining) -> None:
    where = f", round {run['round']}, {run['stage']}" if run["stage"] and not SelfTrainingState(run["state"]).finished else ""
    reason = f": {clean(run['reason'])}" if run["reason"] else ""
    click.echo(f"Run {run['id']} is {run['state']}{where}{reason}.")
    if run["model"]:
        click.echo(f"  model {run['model'][:12]} from {(run['parent'] or '')[:12]}: dti models show {run['model'][:12]}")
    for entry in client.self_training_rounds(run["id"]):
        report = entry["report"]
        told = ", ".join(f"{name} {value}" for name, value in report.items() if isinstance(value, int | float))
        click.echo(f"  round {entry['number']}: {told}")

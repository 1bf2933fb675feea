"""`dti batch`: follow, stop and repeat batches."""

from __future__ import annotations

import sys
from itertools import islice

import click

from dti.cli._render import clean, console, counts_line, json_option, print_json
from dti.cli._service import connect, url_option
from dti.cli.submit import follow, report, succeeded
from dti.domain.jobs import ItemState

_limit_option = click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most rows to print.")


@click.group()
def batch() -> None:
    """Follow, stop and repeat batches."""


@batch.command("list")
@_limit_option
@url_option
@json_option
def list_batches(*, limit: int, url: str | None, as_json: bool) -> None:
    """List batches, newest first."""
    from rich import box
    from rich.table import Table

    with connect(url) as client:
        found = list(islice(client.batches(), limit))
    if as_json:
        for entry in found:
            print_json(entry)
        return
    table = Table("Batch", "State", "Submitted", "Documents", box=box.SIMPLE_HEAD, pad_edge=False)
    for entry in found:
        table.add_row(entry["id"], entry["state"], entry["created_at"][:19].replace("T", " "), counts_line(entry["counts"]))
    console().print(table if found else "No batch yet.")


@batch.command()
@click.argument("batch_id")
@click.option("--wait", is_flag=True, help="Show progress until the batch has ended; exit 1 if a document failed.")
@url_option
@json_option
def show(*, batch_id: str, wait: bool, url: str | None, as_json: bool) -> None:
    """Show how far a batch is."""
    with connect(url) as client:
        found = client.batch(batch_id)
        if wait:
            found = follow(client, found)
        if as_json:
            print_json(found)
        else:
            report(client, found)
    if wait and not succeeded(found):
        sys.exit(1)


@batch.command()
@click.argument("batch_id")
@click.option("--state", type=click.Choice([state.value for state in ItemState]), help="Only documents in this state.")
@_limit_option
@url_option
@json_option
def items(*, batch_id: str, state: str | None, limit: int, url: str | None, as_json: bool) -> None:
    """List the documents of a batch."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    with connect(url) as client:
        found = list(islice(client.items(batch_id, state), limit))
    if as_json:
        for entry in found:
            print_json(entry)
        return
    table = Table("Document", "State", "Reason", box=box.SIMPLE_HEAD, pad_edge=False)
    for entry in found:
        table.add_row(Text(clean(entry["key"])), entry["state"].replace("_", " "), Text(clean(entry["reason"])))
    console().print(table if found else "No such document.")


@batch.command()
@click.argument("batch_id")
@url_option
@json_option
def cancel(*, batch_id: str, url: str | None, as_json: bool) -> None:
    """Stop a batch; what is finished stays."""
    with connect(url) as client:
        stopped = client.cancel(batch_id)
        print_json(stopped) if as_json else report(client, stopped)


@batch.command()
@click.argument("batch_id")
@url_option
@json_option
def resubmit(*, batch_id: str, url: str | None, as_json: bool) -> None:
    """Try the failed and cancelled documents of a batch again."""
    with connect(url) as client:
        again = client.resubmit(batch_id)
        print_json(again) if as_json else report(client, again)

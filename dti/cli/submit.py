"""`dti submit`: have literature read."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dti.cli._render import batch_progress, clean, counts_line, json_option, print_json
from dti.cli._service import connect, url_option

if TYPE_CHECKING:
    from dti.client import DtiClient
    from dti.client.answers import Batch

_MOST_REASONS = 10
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--pmids", multiple=True, metavar="LIST", help="PMIDs, comma-separated; @FILE reads them from a file, @- from stdin."
)
@click.option("--query", default="", metavar="TERM", help="A PubMed search; everything it finds is read.")
@click.option("--file", "files", multiple=True, type=_FILE, help="A literature file in any format that `dti extract` reads.")
@click.option("--refresh", is_flag=True, help="Pull and extract again what the knowledge base already holds.")
@click.option("--wait", is_flag=True, help="Show progress until the batch has ended; exit 1 if a document failed.")
@url_option
@json_option
def submit(  # noqa: PLR0913 - one argument per option, as click calls it
    *, pmids: tuple[str, ...], query: str, files: tuple[Path, ...], refresh: bool, wait: bool, url: str | None, as_json: bool
) -> None:
    """Have literature read: a batch of PMIDs, of a PubMed search, of files, or of all of them.

    The batch goes on by itself, whatever happens to this command.

    \b
    Examples:
      dti submit --pmids 9108990,10592235 --wait
      dti submit --pmids @pmids.txt
      dti submit --query "aspirin AND cyclooxygenase" --wait
      dti submit --file library.nbib --file export.xml.gz --json
    """  # noqa: D301 - \b keeps click from wrapping the examples
    numbers = [pmid for value in pmids for pmid in _numbers(value)]
    if not (numbers or query or files):
        raise click.UsageError("give at least one of --pmids, --query and --file")
    with connect(url) as client:
        uploads = [client.upload(path)["id"] for path in files]
        batch = client.submit(pmids=numbers, query=query, uploads=uploads, refresh=refresh)
        if wait:
            batch = follow(client, batch)
        if as_json:
            print_json(batch)
        elif wait:
            report(client, batch)
        else:
            click.echo(f"Batch {batch['id']} is accepted. Follow it with: dti batch show {batch['id']} --wait")
    if wait and not succeeded(batch):
        sys.exit(1)


def follow(client: DtiClient, batch: Batch) -> Batch:
    """Show progress until the batch has ended."""
    try:
        with batch_progress() as show:
            return client.wait(batch["id"], on_progress=show)
    except KeyboardInterrupt:
        click.echo(f"\nThe batch goes on: dti batch show {batch['id']} --wait", err=True)
        raise


def report(client: DtiClient, batch: Batch) -> None:
    """How the batch stands, and why documents failed."""
    click.echo(f"Batch {batch['id']} is {batch['state']}: {counts_line(batch['counts'])}.")
    for failure in batch["failures"]:
        click.echo(f"  failed {clean(failure)}")
    failed = batch["counts"].get("failed", 0)
    if failed:
        for item in islice(client.items(batch["id"], "failed"), _MOST_REASONS):
            click.echo(f"  failed {clean(item['key'])}: {clean(item['reason'])}")
    if failed > _MOST_REASONS:
        click.echo(f"  … and {failed - _MOST_REASONS} more: dti batch items {batch['id']} --state failed")


def succeeded(batch: Batch) -> bool:
    """Whether the batch has ended and nothing in it failed."""
    return batch["state"] == "finished" and not batch["failures"] and not batch["counts"].get("failed", 0)


def _numbers(value: str) -> list[str]:
    if value.startswith("@"):
        try:
            value = sys.stdin.read() if value == "@-" else Path(value[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.BadParameter(f"cannot read {value[1:]}: {error}", param_hint="--pmids") from error
    return value.replace(",", " ").split()

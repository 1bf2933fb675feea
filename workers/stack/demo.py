"""`dti demo`: the sample literature through the whole stack, and back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import click
from rich import box
from rich.table import Table
from rich.text import Text

from dti.cli._render import batch_progress, clean, console, counts_line, print_json
from dti.cli.query import emphasised
from dti.cli.submit import succeeded
from dti.client import DtiClient
from dti.client.answers import Batch, Document
from dti.errors import StackError
from dti.settings import PROJECT_ROOT, Settings
from workers.stack.display import PlainDisplay
from workers.stack.signals import StopSignals
from workers.stack.stack import EmbeddedStack, RunningStack
from workers.stack.state import StateFolder

_SAMPLES = PROJECT_ROOT / "data" / "samples"
_MOST_SECONDS = 300.0
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo read back through the API, and how long each leg took in seconds."""

    batch: Batch
    documents: tuple[Document, ...]
    reading: float
    fetching: float

    @property
    def triplets(self) -> int:
        """Triplets, counted once per document."""
        return sum(len(document["triplets"]) for document in self.documents)


def run_demo(state: Path | None, port: int | None, *, as_json: bool) -> None:
    """Start the stack, have the sample literature read, print what is stored, stop the stack.

    Raises StackError where the stack does not start, or the batch does not end with triplets.
    """
    began = time.monotonic()
    settings = Settings()
    stack = EmbeddedStack(StateFolder(state or settings.state_dir), settings, port=port)
    with StopSignals() as stop, stack.running(PlainDisplay(url_to_stderr=True), stop) as running:
        starting = time.monotonic() - began
        keep_going = _watch(running, lambda: stop.requested)
        keep_going()
        outcome = _read(running.url, sorted(_SAMPLES.glob("*.xml")), keep_going)
        _print(outcome, starting, as_json=as_json)
    if not succeeded(outcome.batch) or not outcome.triplets:
        raise StackError(f"the batch ended as {counts_line(outcome.batch['counts'])}; see {stack.state.logs}")
    click.echo(f"Done in {time.monotonic() - began:.1f} s; the data stay in {stack.state.path}. Next: dti up", err=True)


def _watch(running: RunningStack, stop_requested: Callable[[], bool]) -> Callable[[], None]:
    """Return what the demo calls while it waits: restarts dead parts; raises Abort on Ctrl-C, StackError when time is up."""
    deadline = time.monotonic() + _MOST_SECONDS

    def keep_going() -> None:
        if stop_requested():
            raise click.Abort
        if time.monotonic() > deadline:
            raise StackError(f"the sample literature was not read within {_MOST_SECONDS:.0f} s")
        running.supervisor.tick()

    return keep_going


def _read(url: str, files: Sequence[Path], keep_going: Callable[[], None]) -> Outcome:
    if not files:
        raise StackError(f"no sample literature in {_SAMPLES}; the demo runs from a source checkout")
    began = time.monotonic()
    with DtiClient(url) as client, batch_progress() as show:

        def on_progress(batch: Batch) -> None:
            keep_going()
            show(batch)

        batch = client.submit(uploads=[client.upload(path)["id"] for path in files])
        batch = client.wait(batch["id"], on_progress=on_progress, poll=_POLL_SECONDS)
        read = time.monotonic()
        links = [item["document"] for item in client.items(batch["id"]) if item["document"]]
        names = [unquote(link.rpartition("/")[2]) for link in links]
        documents = tuple(client.document(name) for name in names)
    return Outcome(batch, documents, read - began, time.monotonic() - read)


def _print(outcome: Outcome, starting: float, *, as_json: bool) -> None:
    if as_json:
        for document in outcome.documents:
            print_json(document)
        return
    screen = console()
    screen.print(_table(outcome.documents))
    screen.print(
        f"{len(outcome.documents)} documents ({counts_line(outcome.batch['counts'])}), "
        f"{outcome.triplets} triplets with evidence, stored in PostgreSQL and read back through the API"
    )
    screen.print(
        f"stack ready in {starting:.1f} s, literature read and stored in {outcome.reading:.1f} s, "
        f"queried in {outcome.fetching:.1f} s"
    )


def _table(documents: Sequence[Document]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Document", no_wrap=True)
    table.add_column("Drug", style="cyan", overflow="fold")
    table.add_column("Interaction", overflow="fold")
    table.add_column("Target", style="magenta", overflow="fold")
    table.add_column("Conf.", justify="right", no_wrap=True)
    table.add_column("Evidence", ratio=1, overflow="fold")
    for document in documents:
        name = clean(document["pmid"] or document["key"])
        if not document["triplets"]:
            reason = "no abstract" if document["status"] == "no_abstract" else "no interaction found"
            table.add_row(name, "", "", "", "", Text(reason, style="dim italic"))
        for triplet in document["triplets"]:
            names = [Text(clean(triplet[part])) for part in ("drug", "interaction", "target")]
            table.add_row(name, *names, f"{triplet['confidence']:.2f}", emphasised(triplet["best_evidence"]))
            name = ""
    return table

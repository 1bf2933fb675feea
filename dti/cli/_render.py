"""What commands print: JSON lines for programs; tables and progress for people."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from dti.client.answers import Batch

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_PLAIN_WIDTH = 140
_PLAIN_SECONDS = 2.0

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")


def print_json(value: object) -> None:
    """One line of JSON."""
    import orjson

    click.echo(orjson.dumps(value).decode())


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal; a file or a pipe gets a fixed width."""
    from rich.console import Console

    found = Console(stderr=stderr, highlight=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, width=_PLAIN_WIDTH)


def clean(text: str) -> str:
    """`text` without characters that steer a terminal, one blank for each, so that offsets stay true."""
    return _CONTROL.sub(" ", text)


def counts_line(counts: Mapping[str, int]) -> str:
    """The states that hold something, e.g. "38 extracted, 2 no triplet"."""
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items() if count) or "no documents"


@contextmanager
def batch_progress() -> Iterator[Callable[[Batch], None]]:
    """Shows a batch as it goes on, on stderr: a bar on a terminal, else a line every two seconds and at each new state."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield _plain_progress()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[counts]}"),
    )
    with Progress(*columns, console=screen) as bar:
        task = bar.add_task("pending", total=None, counts="")

        def show(batch: Batch) -> None:
            total = None if batch["progress"] is None else batch["total"]
            bar.update(
                task, description=batch["state"], completed=batch["done"], total=total, counts=counts_line(batch["counts"])
            )

        yield show


def _plain_progress() -> Callable[[Batch], None]:
    shown, shown_at, state = "", 0.0, ""

    def show(batch: Batch) -> None:
        nonlocal shown, shown_at, state
        line = f"{batch['state']}: {batch['done']}/{batch['total']} done ({counts_line(batch['counts'])})"
        now = time.monotonic()
        # A new state is told at once: the last one comes only once.
        if line != shown and (batch["state"] != state or now - shown_at >= _PLAIN_SECONDS):
            shown, shown_at, state = line, now, batch["state"]
            click.echo(line, err=True)

    return show

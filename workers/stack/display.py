"""Showing what the parts do: a live table on a terminal, lines elsewhere, JSON where asked."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

import click
import orjson
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from workers.stack.parts import PartState

_STYLES = {
    PartState.WAITING: "dim",
    PartState.STARTING: "yellow",
    PartState.UP: "green",
    PartState.DONE: "green",
    PartState.RESTARTING: "red",
    PartState.FAILED: "bold red",
}


class LiveDisplay:
    """A table that is redrawn on every change; no thread of its own, since the supervisor forks."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[PartState, str]] = {}
        self._live = Live(console=Console(stderr=True), auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._live.stop()

    def show(self, name: str, state: PartState, detail: str = "") -> None:
        """Redraw the row of a part."""
        self._rows[name] = (state, detail)
        self._live.update(self._table(), refresh=True)

    def announce(self, url: str) -> None:
        """Print the URL above the table."""
        self._live.console.print(f"DTI answers at [bold]{url}[/bold]  (Ctrl-C stops it, the data stay)")

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for header in ("part", "state", ""):
            table.add_column(header)
        for name, (state, detail) in self._rows.items():
            table.add_row(name, f"[{_STYLES.get(state, 'default')}]{state}", escape(detail))
        return table


class PlainDisplay:
    """A line per change on stderr, the URL on stdout, or on stderr too where stdout belongs to results."""

    def __init__(self, *, url_to_stderr: bool = False) -> None:
        self._start = time.monotonic()
        self._url_to_stderr = url_to_stderr

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing to close."""

    def show(self, name: str, state: PartState, detail: str = "") -> None:
        """Print what happened, except that a part waits for its turn."""
        if state is not PartState.WAITING:
            click.echo(f"{time.monotonic() - self._start:6.1f} s  {name:<14} {state} {detail}".rstrip(), err=True)

    def announce(self, url: str) -> None:
        """Print the URL."""
        click.echo(f"DTI answers at {url}", err=self._url_to_stderr)


class JsonDisplay:
    """A JSON object per line on stdout."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing to close."""

    def show(self, name: str, state: PartState, detail: str = "") -> None:
        """Print the part's new state."""
        self._print({"part": name, "state": state, "detail": detail})

    def announce(self, url: str) -> None:
        """Print the URL."""
        self._print({"url": url})

    def _print(self, value: dict[str, str]) -> None:
        click.echo(orjson.dumps(value).decode())


def choose_display(*, as_json: bool) -> LiveDisplay | PlainDisplay | JsonDisplay:
    """Pick the display for where the output goes."""
    if as_json:
        return JsonDisplay()
    return LiveDisplay() if sys.stderr.isatty() and sys.stdout.isatty() else PlainDisplay()

"""Progress of an extraction on a terminal."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn


class Progress:
    """Documents done, triplets found and documents a second; how many documents will come is not known."""

    def __init__(self) -> None:
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.completed:,.0f} documents, {task.fields[triplets]:,} triplets"),
            TextColumn("{task.speed:.1f}/s", style="dim"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._triplets = 0
        self._task = self._bar.add_task("extract", total=None, triplets=0)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._bar.stop()

    def advance(self, triplets: int) -> None:
        """One more document is done."""
        self._triplets += triplets
        self._bar.update(self._task, advance=1, triplets=self._triplets)

"""`dti up`: the whole stack in the foreground."""

from __future__ import annotations

from pathlib import Path

import click

from dti.settings import Settings
from workers.stack.display import choose_display
from workers.stack.signals import StopSignals
from workers.stack.stack import EmbeddedStack
from workers.stack.state import StateFolder


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the API [default: the first free one from 8000]")
@click.option(
    "--state", type=click.Path(file_okay=False, path_type=Path), help="Folder of the data [default: DTI_STATE_DIR, or .dti]"
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line instead of a table.")
def up(port: int | None, state: Path | None, *, as_json: bool) -> None:
    """Run the whole stack on this machine until Ctrl-C; the data stay.

    PostgreSQL, Valkey, workers, the clock and the API, all from the installed packages. A part that dies is restarted.
    Logs lie in STATE/logs; STATE/service.json tells where the service answers.
    """
    settings = Settings()
    stack = EmbeddedStack(StateFolder(state or settings.state_dir), settings, port=port)
    with choose_display(as_json=as_json) as display, StopSignals() as stop, stack.running(display, stop) as running:
        running.supervisor.watch()

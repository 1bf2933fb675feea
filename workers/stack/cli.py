"""`dti up` and `dti demo`: the whole stack on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from dti.cli._render import json_option

_state_option = click.option(
    "--state", type=click.Path(file_okay=False, path_type=Path), help="Folder of the data [default: DTI_STATE_DIR, or .dti]"
)
_port_option = click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the API [default: the first free one from 8000]"
)


@click.command()
@_port_option
@_state_option
@json_option
def up(port: int | None, state: Path | None, *, as_json: bool) -> None:
    """Run the whole stack on this machine until Ctrl-C; the data stay.

    PostgreSQL, Valkey, workers, the clock and the API, all from the installed packages. A part that dies is restarted.
    Logs lie in STATE/logs; STATE/service.json tells where the service answers.
    """
    from dti.settings import Settings
    from workers.stack.display import choose_display
    from workers.stack.signals import StopSignals
    from workers.stack.stack import EmbeddedStack
    from workers.stack.state import StateFolder

    settings = Settings()
    stack = EmbeddedStack(StateFolder(state or settings.state_dir), settings, port=port)
    with choose_display(as_json=as_json) as display, StopSignals() as stop, stack.running(display, stop) as running:
        running.supervisor.watch()


@click.command()
@_state_option
@_port_option
@json_option
def demo(state: Path | None, port: int | None, *, as_json: bool) -> None:
    """Start the stack, have the sample literature read, print what is stored, stop the stack.

    Everything is real: the documents go through the API and the queues into PostgreSQL, and the triplets come back
    through the API. A second run finds the documents known, and is quick.
    """
    from workers.stack.demo import run_demo

    run_demo(state, port, as_json=as_json)

"""The `dti` command; sub-commands come from entry points, so that `dti` imports nothing outward."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points, version

import click

from dti.errors import DtiError

_GROUP = "dti.commands"


class _Commands(click.Group):
    """Loads a sub-command only when it is asked for: `dti extract` must start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(point.name for point in entry_points(group=_GROUP))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        for point in entry_points(group=_GROUP, name=cmd_name):
            command = point.load()
            if not isinstance(command, click.Command):
                raise TypeError(f"entry point {cmd_name!r} is no click command")
            return command
        return None


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("dti"), prog_name="dti")
def dti() -> None:
    """Read biomedical literature, find drug-target interactions, keep them with their evidence."""


def main() -> None:
    """Run the command line; a deliberate error is one line on stderr and exit code 1."""
    try:
        dti()
    except DtiError as error:
        click.echo(f"dti: {error}", err=True)
        sys.exit(1)

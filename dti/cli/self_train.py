"""`dti self-train`: the semi-supervised loop."""

from __future__ import annotations

import click

from dti.cli.self_train_local import local


@click.group("self-train")
def self_train() -> None:
    """Let a model label unlabelled literature, learn from what can be trusted, and keep the result if it got better."""


self_train.add_command(local)

"""Training as a job: the command line's `dti train` in a process of its own, at most one per recipe."""

from __future__ import annotations

import logging
import subprocess
import sys
from importlib.util import find_spec

from db.engine import SessionFactory
from db.locks import advisory_lock
from dti.errors import TrainingError

_LOG = logging.getLogger(__name__)
_DTI = "from dti.cli.main import main; main()"
_TAIL = 2000


def train(sessions: SessionFactory, recipe: str) -> None:
    """Run `dti train --recipe` and wait; a recipe that is being trained already is left alone. Raises TrainingError."""
    if find_spec("torch") is None:
        raise TrainingError("this worker cannot train: install the extra `train` (pip install 'dti[train]')")
    with advisory_lock(sessions, f"train:{recipe}") as mine:
        if not mine:
            _LOG.info("%s is being trained already", recipe)
            return
        argv = [sys.executable, "-c", _DTI, "train", "--recipe", recipe]
        done = subprocess.run(argv, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    if done.returncode:
        raise TrainingError(f"training by {recipe} ended with {done.returncode}: {done.stderr[-_TAIL:].strip()}")

"""Training as a job: `dti train` in a process of its own, at most one per output folder."""

from __future__ import annotations

import logging
import subprocess
import sys

from db.engine import SessionFactory
from db.locks import advisory_lock
from dti.errors import TrainingError

_LOG = logging.getLogger(__name__)
DTI = (sys.executable, "-P", "-c", "from dti.cli.main import main; main()")
_TAIL = 2000


def train(sessions: SessionFactory, recipe: str, data: str, out: str) -> None:
    """Run `dti train --resume` and wait; does nothing where somebody trains into `out` already.

    Raises TrainingError with the last words of a run that failed, for example that the extra `train` is not installed.
    """
    with advisory_lock(sessions, f"train:{out}") as mine:
        if not mine:
            _LOG.info("somebody trains into %s already", out)
            return
        argv = [*DTI, "train", "--recipe", recipe, "--data", data, "--out", out, "--resume", "--json"]
        done = subprocess.run(argv, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    if done.returncode:
        raise TrainingError(f"training by {recipe} ended with {done.returncode}: {done.stderr[-_TAIL:].strip()}")

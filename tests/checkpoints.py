"""The shipped checkpoint under other names: as many different, working models as a test needs, without training any."""

from __future__ import annotations

from pathlib import Path

from dti.model.checkpoint import Checkpoint, Parts, pack
from dti.settings import PROJECT_ROOT

SHIPPED = PROJECT_ROOT / "data" / "model"


def renamed(folder: Path, name: str, **card: object) -> Checkpoint:
    """A copy of the shipped checkpoint whose card says `name`, and what else is given; so its hash is another one."""
    shipped = Checkpoint.open(SHIPPED)
    parts = Parts(
        tokenizer=shipped.tokenizer,
        calibration=shipped.calibration,
        card={**shipped.card, "name": name, **card},
        engine=shipped.engine,
    )
    return pack(folder, parts)

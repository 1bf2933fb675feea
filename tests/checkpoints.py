"""Checkpoints without training: the shipped one under other names, and folders that verify but hold no model."""

from __future__ import annotations

from pathlib import Path

from dti.model.calibration import Calibration
from dti.model.checkpoint import Checkpoint, Parts, pack
from dti.settings import PROJECT_ROOT

SHIPPED = PROJECT_ROOT / "data" / "model"
_CARD = {"codec": "pointer", "source_tokens": 1, "decoding": {"name": "pairs", "settings": {}}, "reading": "pairs"}


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


def hollow(folder: Path, name: str, **card: object) -> Checkpoint:
    """A checkpoint of some hundred bytes, for what never reads with it."""
    source = folder.with_name(f"{folder.name}.source")
    (source / "engine").mkdir(parents=True)
    (source / "engine" / "model.bin").write_bytes(b"none")
    (source / "tokenizer.json").write_text("{}")
    parts = Parts(
        tokenizer=source / "tokenizer.json",
        calibration=Calibration(0.0, 1.0, 1.0),
        card={**_CARD, "name": name, **card},
        engine=source / "engine",
    )
    return pack(folder, parts)

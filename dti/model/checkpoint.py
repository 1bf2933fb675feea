"""A checkpoint folder: everything serving needs, each file under a SHA-256 sum.

::

    engine/            CTranslate2 int8
    tokenizer.json     vocabulary
    calibration.json   confidence
    card.json          what it is: parents, data, metrics, codec, decoding
    model/             weights for further training, where they are wanted
    curve.png          how the loss went, where it was trained by us
    SHA256SUMS         of all files above
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dti import sums
from dti.errors import CheckpointError
from dti.model.calibration import Calibration

ENGINE, TOKENIZER, CALIBRATION, CARD = "engine", "tokenizer.json", "calibration.json", "card.json"
_REQUIRED = (f"{ENGINE}/model.bin", TOKENIZER, CALIBRATION, CARD)
SEQUENCES = "sequences"  # what a card that names no way of reading means


@dataclass(frozen=True, slots=True)
class Decoding:
    """The decoding the checkpoint was calibrated with: an option's name and its settings."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An opened, verified folder; `sha256` is that of SHA256SUMS and so stands for every file."""

    folder: Path
    sha256: str
    name: str
    codec: str
    reading: str
    decoding: Decoding
    source_tokens: int
    card: Mapping[str, Any]
    calibration: Calibration

    @classmethod
    def open(cls, folder: Path) -> Checkpoint:
        """Verify the sums and read the card; raises CheckpointError that names the file at fault."""
        sha256 = _verified(folder)
        card = _card(folder / CARD)
        try:
            decoding = Decoding(str(card["decoding"]["name"]), dict(card["decoding"]["settings"]))
            name, codec, source_tokens = str(card["name"]), str(card["codec"]), int(card["source_tokens"])
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{folder / CARD}: missing or ill-typed {error}") from error
        reading = str(card.get("reading", SEQUENCES))
        return cls(folder, sha256, name, codec, reading, decoding, source_tokens, card, Calibration.load(folder / CALIBRATION))

    @property
    def engine(self) -> Path:
        """The converted model."""
        return self.folder / ENGINE

    @property
    def tokenizer(self) -> Path:
        """The vocabulary."""
        return self.folder / TOKENIZER


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a checkpoint is packed from; `extras` are files or folders that keep their names."""

    tokenizer: Path
    calibration: Calibration
    card: Mapping[str, Any]
    engine: Path | None = None
    extras: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Packed:
    """A written folder; without an engine it is a record with weights, which `Checkpoint.open` refuses."""

    folder: Path
    sha256: str
    card: Mapping[str, Any]


def pack(folder: Path, parts: Parts) -> Checkpoint:
    """Write a checkpoint folder and open it; a folder in the way is replaced once all is written."""
    return Checkpoint.open(write(folder, parts).folder)


def write(folder: Path, parts: Parts) -> Packed:
    """Write a folder of `parts`, with or without an engine."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    if parts.engine:
        shutil.copytree(parts.engine, draft / ENGINE)
    shutil.copyfile(parts.tokenizer, draft / TOKENIZER)
    parts.calibration.save(draft / CALIBRATION)
    (draft / CARD).write_text(json.dumps(parts.card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for extra in parts.extras:
        (shutil.copytree if extra.is_dir() else shutil.copyfile)(extra, draft / extra.name)
    sha256 = sums.write(draft)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    return Packed(folder, sha256, parts.card)


def _verified(folder: Path) -> str:
    try:
        return sums.verify(folder, _REQUIRED)
    except CheckpointError as error:
        if (folder / _REQUIRED[0]).exists() or not (folder / CARD).exists():
            raise
        hint = f"a model without an engine runs on torch only and cannot be served, see {CARD}"
        raise CheckpointError(f"{error}; {hint}") from error


def _card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: no JSON ({error})") from error
    if not isinstance(card, dict):
        raise CheckpointError(f"{path}: no JSON object")
    return card

from __future__ import annotations

import hashlib
import json

import pytest

from dti.errors import CheckpointError
from dti.model.calibration import Calibration
from dti.model.checkpoint import Checkpoint, Parts, pack

CARD = {"name": "tiny", "codec": "tagged", "decoding": {"name": "greedy", "settings": {"most_tokens": 9}}, "source_tokens": 64}


@pytest.fixture
def parts(tmp_path):
    engine = tmp_path / "converted"
    engine.mkdir()
    (engine / "model.bin").write_bytes(b"weights")
    tokenizer = tmp_path / "words.json"
    tokenizer.write_text("{}")
    curve = tmp_path / "curve.png"
    curve.write_bytes(b"png")
    return Parts(engine=engine, tokenizer=tokenizer, calibration=Calibration(0, 1, 0), card=CARD, extras=(curve,))


def test_a_packed_folder_opens(tmp_path, parts):
    checkpoint = pack(tmp_path / "checkpoint", parts)
    assert (checkpoint.name, checkpoint.codec, checkpoint.source_tokens) == ("tiny", "tagged", 64)
    assert (checkpoint.decoding.name, checkpoint.decoding.settings) == ("greedy", {"most_tokens": 9})
    assert checkpoint.calibration == Calibration(0, 1, 0)
    assert (checkpoint.engine / "model.bin").read_bytes() == b"weights"
    assert (checkpoint.folder / "curve.png").exists()
    assert not (tmp_path / "checkpoint.draft").exists()


def test_its_identity_is_that_of_the_list_of_sums(tmp_path, parts):
    checkpoint = pack(tmp_path / "checkpoint", parts)
    assert checkpoint.sha256 == hashlib.sha256((checkpoint.folder / "SHA256SUMS").read_bytes()).hexdigest()


def test_packing_replaces_what_was_there(tmp_path, parts):
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "stray").write_text("x")
    assert not (pack(tmp_path / "checkpoint", parts).folder / "stray").exists()


@pytest.mark.parametrize("name", ["engine/model.bin", "tokenizer.json", "calibration.json", "card.json", "curve.png"])
def test_a_changed_or_missing_file_is_named(tmp_path, parts, name):
    folder = pack(tmp_path / "checkpoint", parts).folder
    (folder / name).write_bytes(b"other")
    with pytest.raises(CheckpointError, match=rf"{name}: its SHA-256 differs"):
        Checkpoint.open(folder)
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=rf"{name}: missing"):
        Checkpoint.open(folder)


def test_a_required_file_that_is_not_listed_is_named(tmp_path, parts):
    folder = pack(tmp_path / "checkpoint", parts).folder
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(line for line in sums.read_text().splitlines(keepends=True) if "tokenizer" not in line))
    with pytest.raises(CheckpointError, match=r"tokenizer\.json: not in SHA256SUMS"):
        Checkpoint.open(folder)


def test_a_listed_file_outside_the_folder_is_refused(tmp_path, parts):
    folder = pack(tmp_path / "checkpoint", parts).folder
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  ../words.json\n")
    with pytest.raises(CheckpointError, match="outside its folder"):
        Checkpoint.open(folder)


@pytest.mark.parametrize("sums", [None, b"nonsense\n", b"\xff\xfe"])
def test_a_folder_without_readable_sums_is_no_checkpoint(tmp_path, sums):
    if sums is not None:
        (tmp_path / "SHA256SUMS").write_bytes(sums)
    with pytest.raises(CheckpointError, match="SHA256SUMS"):
        Checkpoint.open(tmp_path)


@pytest.mark.parametrize("card", [[], {"name": "x"}, {**CARD, "source_tokens": "many"}, {**CARD, "decoding": "greedy"}])
def test_a_card_that_lacks_what_serving_needs_is_named(tmp_path, parts, card):
    folder = pack(tmp_path / "checkpoint", parts).folder
    (folder / "card.json").write_text(json.dumps(card))
    digest = hashlib.sha256((folder / "card.json").read_bytes()).hexdigest()
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  card.json\n" if "card" in line else f"{line}\n" for line in lines))
    with pytest.raises(CheckpointError, match=r"card\.json"):
        Checkpoint.open(folder)

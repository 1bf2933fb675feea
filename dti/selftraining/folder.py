"""A run's folder: whatever is in it is whole, so that a run killed at any moment goes on from what is there.

::

    OUT/order.json, hashes.json          as asked, with the sums of what is read
    OUT/pool.jsonl, removed.jsonl        the pool's documents that are left, and why the others are not
    OUT/preferences.jsonl                pairs of triplets, the better first, from curators' verdicts
    OUT/spent.json                       seconds spent so far
    OUT/rounds/N/scores/C.jsonl          every pair of a part of the pool as the round's model scores it
    OUT/rounds/N/selection.json          threshold, estimated precision, what stopped the run
    OUT/rounds/N/ledger.jsonl            every label considered
    OUT/rounds/N/student/                the training run
    OUT/rounds/N/report.json, *.png      the round in figures and pictures
    OUT/candidate/                       the resulting checkpoint
    OUT/outcome.json                     accepted or rejected, and why
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write_text(path: Path, text: str) -> None:
    """Write aside, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Indented, keys as given."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """A JSON object a line."""
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def read_json(path: Path) -> dict[str, Any]:
    """What `write_json` wrote."""
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


def read_lines(path: Path) -> list[dict[str, Any]]:
    """What `write_lines` wrote."""
    # Not splitlines: JSON leaves U+2028 and its like inside strings as they are.
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def copy_file(source: Path, target: Path) -> None:
    """Copy aside, then rename."""
    draft = target.with_name(f"{target.name}.draft")
    shutil.copyfile(source, draft)
    draft.replace(target)


def copy_folder(source: Path, target: Path) -> None:
    """Copy aside, then rename over what is there."""
    draft = target.with_name(f"{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)

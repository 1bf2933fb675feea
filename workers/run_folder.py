"""The work folder of a self-training run: what goes into it from the knowledge base, and what comes out of it."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from db.queries.pools import PoolDocument
from dti.domain.self_training import Label, RoundResult
from dti.domain.triplets import Triplet
from dti.errors import JobError, TrainingError
from dti.sums import sha256

_CURVE, _HISTOGRAM = "curve.png", "histogram.png"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: whether its candidate passed the gate, and the gate's figures."""

    accepted: bool
    reason: str
    gate: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Laid out as `dti self-train local` reads and writes it. What is there already is not written again."""

    path: Path

    @property
    def order(self) -> Path:
        """What the program is asked to do."""
        return self.path / "order.json"

    @property
    def out(self) -> Path:
        """What the program writes; it goes on from what is there."""
        return self.path / "out"

    @property
    def log(self) -> Path:
        """What the program said, this time."""
        return self.path / "run.log"

    @property
    def candidate(self) -> Path:
        """The checkpoint that came of it."""
        return self.out / "candidate"

    def write_pool(self, documents: Iterable[PoolDocument]) -> Path:
        """The unlabelled documents; raises JobError where there is none."""
        return self._lines(
            "pool.jsonl", ({"id": d.key, "title": d.title, "abstract": d.abstract, "pmid": d.pmid} for d in documents), least=1
        )

    def write_verdicts(self, verdicts: Iterable[Mapping[str, object]]) -> Path | None:
        """What curators said; None where they said nothing."""
        path = self._lines("verdicts.jsonl", verdicts)
        return path if path.stat().st_size else None

    def write_order(self, order: Mapping[str, object]) -> None:
        """What the program is asked to do, paths included."""
        _replace(self.order, json.dumps(order, indent=2).encode())

    def hashes(self) -> dict[str, Any]:
        """SHA-256 of what the run learns from, as far as it is known by now."""
        names = ("pool.jsonl", "verdicts.jsonl")
        ours = {name.removesuffix(".jsonl"): sha256(self.path / name) for name in names if (self.path / name).exists()}
        theirs = self.out / "hashes.json"
        return ours | (_read(theirs) if theirs.exists() else {})

    def rounds(self) -> list[int]:
        """Numbers of the rounds whose report and ledger are on disk."""
        reports = self.out.glob("rounds/*/report.json")
        return sorted(int(path.parent.name) for path in reports if (path.parent / "ledger.jsonl").exists())

    def round(self, number: int) -> RoundResult:
        """What a finished round left; raises TrainingError where it cannot be read."""
        folder = self.out / "rounds" / str(number)
        report = _read(folder / "report.json")
        ledger = tuple(_label(line, folder) for line in (folder / "ledger.jsonl").read_bytes().splitlines() if line.strip())
        curve, histogram = (_bytes(folder / name) for name in (_CURVE, _HISTOGRAM))
        return RoundResult(number=number, report=report, ledger=ledger, curve=curve, histogram=histogram)

    def outcome(self) -> Outcome:
        """How the run ended; raises TrainingError where it does not say so."""
        told = _read(self.out / "outcome.json")
        if told.get("state") not in {"accepted", "rejected"}:
            raise TrainingError(f"the run ended as {told.get('state')!r}")
        gate = told.get("gate")
        return Outcome(told["state"] == "accepted", str(told.get("reason", "")), gate if isinstance(gate, dict) else {})

    def remove(self) -> None:
        """Nothing of it is needed any more."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _lines(self, name: str, rows: Iterable[Mapping[str, object]], least: int = 0) -> Path:
        path = self.path / name
        if not path.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(".draft")
            with draft.open("wb") as file:
                written = 0
                for row in rows:
                    file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                    written += 1
            if written < least:
                raise JobError("the pool holds no document that can be read")
            draft.replace(path)
        return path


def events(lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """Those of the program's lines that are events; the others are its log."""
    found = []
    for line in lines:
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict) and "event" in value:
            found.append(value)
    return found


def _label(line: bytes, folder: Path) -> Label:
    try:
        row = _parsed(line)
        return Label(
            document=str(row["document"]),
            triplet=Triplet(str(row["drug"]), str(row["interaction"]), str(row["target"])),
            confidence=_number(row.get("confidence")),
            score=_number(row.get("score")),
            weight=_number(row.get("weight")),
            accepted=bool(row["accepted"]),
            reason=str(row.get("reason") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(f"{folder}: a line of the ledger cannot be read: {error}") from error


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _parsed(content: bytes) -> Any:
    """JSON; what Python writes for numbers that JSON does not have becomes null."""
    return json.loads(content, parse_constant=lambda _: None)


def _read(path: Path) -> dict[str, Any]:
    try:
        value = _parsed(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise TrainingError(f"{path}: no JSON object")
    return value


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_bytes(content)
    draft.replace(path)

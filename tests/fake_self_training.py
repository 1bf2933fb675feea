"""A stand-in for `dti self-train local`: the same arguments, files and lines, in a fraction of a second and without torch.

What it does is in the order: "rounds", and under "gate" {"accept", "pause" (seconds a stage takes), "fail", "name"}. It goes
on from what is there, and what it makes depends on the order, the pool and the verdicts alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from dti.model.checkpoint import Checkpoint
from tests.checkpoints import hollow

STAGES = ("pool", "generate", "select", "train", "evaluate")
PROGRAM = (sys.executable, str(Path(__file__).resolve()))


def say(**event: object) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(content if isinstance(content, bytes) else content.encode())
    draft.replace(path)


def one_round(number: int, order: Mapping[str, Any], pool: list[dict[str, str]], out: Path) -> None:
    folder = out / "rounds" / str(number)
    for stage in STAGES:
        if not (folder / f"{stage}.done").exists():
            say(event="stage", round=number, stage=stage, done=0, of=2)
            time.sleep(order["gate"].get("pause", 0.0))
            write(folder / f"{stage}.done", "")
        say(event="stage", round=number, stage=stage, done=2, of=2)
    labels = [
        {
            "document": document["id"],
            "drug": "imatinib",
            "interaction": "inhibitor",
            "target": f"ABL{at}",
            "confidence": 0.9 if at % 2 else 0.2,
            "score": float("nan"),
            "accepted": bool(at % 2),
            "weight": float(at % 2),
            "reason": "" if at % 2 else "below the threshold",
        }
        for at, document in enumerate(pool)
    ]
    write(folder / "ledger.jsonl", "".join(json.dumps(label) + "\n" for label in labels))
    write(folder / "curve.png", b"\x89PNG curve")
    write(folder / "report.json", json.dumps({"pool": len(pool), "accepted": sum(bool(label["accepted"]) for label in labels)}))
    say(event="round", round=number)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--order", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    order, out = json.loads(arguments.order.read_bytes()), arguments.out
    gate = order.setdefault("gate", {})
    pool = [json.loads(line) for line in Path(order["pool"]).read_bytes().splitlines()]
    Checkpoint.open(Path(order["parent"]))
    write(out / "hashes.json", json.dumps({"data": "d" * 64}))
    sys.stderr.write("a line of the log that is no event\n")
    if gate.get("fail"):
        sys.exit(f"dti: {gate['fail']}")
    for number in range(1, order.get("rounds", 1) + 1):
        one_round(number, order, pool, out)
    learnt = hashlib.sha256(Path(order["pool"]).read_bytes() + str(order["verdicts"] and 1).encode()).hexdigest()
    if gate.get("trains", True) and not (out / "candidate").exists():
        shutil.rmtree(out / "candidate.source", ignore_errors=True)
        hollow(out / "candidate", gate.get("name", "student"), learnt=learnt, seed=order.get("seed", 0))
    state = "accepted" if gate.get("accept", True) else "rejected"
    reason = "better by more than noise" if state == "accepted" else "no gain"
    write(out / "outcome.json", json.dumps({"state": state, "reason": reason, "gate": {"difference": 0.02}}))
    say(event="end", state=state, reason=reason)


if __name__ == "__main__":
    main()

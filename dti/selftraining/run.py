"""A whole self-training run: rounds, then the gate. Killed at any moment it goes on to the same end."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dti.model.checkpoint import Checkpoint
from dti.selftraining import folder
from dti.selftraining.gate import Verdict, judge
from dti.selftraining.labels import Model
from dti.selftraining.measure import measure
from dti.selftraining.order import Order
from dti.selftraining.round import Round
from dti.selftraining.session import BudgetSpentError, Emit, Session, begin, opened

ACCEPTED, REJECTED = "accepted", "rejected"


@dataclass(slots=True)
class _Rounds:
    """What the rounds came to: the last checkpoint that is worth a look, its round, and why there is no further round."""

    candidate: Checkpoint | None = None
    control: Checkpoint | None = None
    number: int = 0
    reason: str = ""


def self_train(order: Order, out: Path, emit: Emit) -> dict[str, Any]:
    """Run an order to its end in `out`; returns what `outcome.json` holds.

    Raises TrainingError if the folder holds a run of another order or on other data.
    """
    done = out / "outcome.json"
    begin(order, out)
    if not done.exists():
        with opened(order, out, emit) as session:
            folder.write_json(done, _outcome(session))
    _tidy(out)
    outcome = folder.read_json(done)
    emit({"event": "end", "state": outcome["state"], "reason": outcome["reason"]})
    return outcome


def _tidy(out: Path) -> None:
    """Drop what only an unfinished training needs."""
    for student in (one for name in ("student", "control") for one in (out / "rounds").glob(f"*/{name}")):
        for part in ("state", "untrained", "model", *(path.name for path in student.glob("seed-*"))):
            shutil.rmtree(student / part, ignore_errors=True)


def _outcome(session: Session) -> dict[str, Any]:
    rounds = _Rounds()
    try:
        _all_rounds(session, rounds)
    except BudgetSpentError as spent:
        rounds.reason = str(spent)
    if rounds.candidate is None:
        return _told(Verdict(accepted=False, reason=rounds.reason, figures={}), None)
    candidate = session.out / "candidate"
    folder.copy_folder(rounds.candidate.folder, candidate)
    verdict = _gate(session, Model.open(candidate, session.order.threads), rounds)
    return _told(verdict, rounds.candidate.sha256)


def _told(verdict: Verdict, sha256: str | None) -> dict[str, Any]:
    state = ACCEPTED if verdict.accepted else REJECTED
    return {"state": state, "reason": verdict.reason, "gate": verdict.figures, "checkpoint_sha256": sha256}


def _all_rounds(session: Session, rounds: _Rounds) -> None:
    """Round after round while the clean slice says that each is better than the one before."""
    session.clock.stage("1/pool")
    session.stage(1, "pool", len(session.pool), len(session.pool))
    parent = model = Model.open(session.order.parent, session.order.threads)
    for number in range(1, session.order.rounds + 1):
        one = Round(session, number, model)
        one.generate()
        found = one.select()
        if found["stopped"]:
            rounds.reason = found["stopped"]
            one.report(found)
            return
        trained = one.train()
        candidate = Model.open(trained.folder, session.order.threads)
        control = one.control()
        one.evaluate(found, parent, candidate, Model.open(control.folder, session.order.threads) if control else None)
        better = one.better(candidate)
        if better or rounds.candidate is None:
            rounds.candidate, rounds.control, rounds.number = trained, control, number
        if not better:
            return
        model = candidate


def _gate(session: Session, candidate: Model, rounds: _Rounds) -> Verdict:
    number, threads, rules = rounds.number, session.order.threads, session.order.gate
    session.emit({"event": "stage", "round": number, "stage": "gate", "done": 0, "of": 1})
    parent = measure(Model.open(session.order.parent, threads), session.gated)
    control = measure(Model.open(rounds.control.folder, threads), session.gated) if rounds.control else None
    report: Mapping[str, Any] = folder.read_json(session.out / "rounds" / str(number) / "report.json")
    fast = float(report["speed"]) >= session.order.gate.speed_share
    verdict = judge(parent, measure(candidate, session.gated), rules, fast=fast, control=control)
    session.emit({"event": "stage", "round": number, "stage": "gate", "done": 1, "of": 1})
    return verdict

"""Rounds of self-training: report, pictures, and the ledger of every label that was considered."""

from __future__ import annotations

import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.mapping import indexed_name, storable
from db.models import PseudoLabel, Round
from db.repository.bulk import copy_rows
from dti.domain.self_training import Label, RoundResult, SelfTrainingId

_COLUMNS = (
    *("run_id", "round", "document", "drug", "interaction", "target", "drug_name", "target_name"),
    *("confidence", "score", "weight", "accepted", "reason"),
)
_REASON = 500


def store(session: Session, run_id: SelfTrainingId, result: RoundResult) -> None:
    """Keep a round; the same round again changes nothing, another one of its number takes its place, ledger and all."""
    report = orjson.loads(orjson.dumps(dict(result.report)).replace(b"\\u0000", b"\\ufffd"))
    of_round = (Round.run_id == run_id, Round.number == result.number)
    if session.scalar(select(Round.report).where(*of_round)) == report:
        return
    session.execute(delete(Round).where(*of_round))
    session.execute(delete(PseudoLabel).where(PseudoLabel.run_id == run_id, PseudoLabel.round == result.number))
    values = {"run_id": run_id, "number": result.number, "curve": result.curve, "histogram": result.histogram}
    session.execute(insert(Round).values(report=report, **values))
    copy_rows(session, "pseudo_labels", _COLUMNS, (_row(run_id, result.number, label) for label in result.ledger))


def _row(run_id: str, number: int, label: Label) -> tuple[object, ...]:
    drug, interaction, target = (
        storable(part) for part in (label.triplet.drug, label.triplet.interaction, label.triplet.target)
    )
    return (
        *(run_id, number, storable(label.document)[:512], drug, interaction, target, indexed_name(drug), indexed_name(target)),
        *(label.confidence, label.score, label.weight, label.accepted, storable(label.reason)[:_REASON]),
    )

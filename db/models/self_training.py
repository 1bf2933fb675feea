"""Self-training: runs, their rounds, every label they considered, and what curators say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models._columns import EMPTY_OBJECT, NEVER, NOW


class SelfTrainingRun(Base):
    """One request to let a model learn from literature that nobody has labelled."""

    __tablename__ = "self_training_runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="pending")
    reason: Mapped[str] = mapped_column(server_default="")
    trigger: Mapped[str] = mapped_column(server_default="user")
    pool: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="where its documents come from")
    batch_id: Mapped[str | None] = mapped_column(
        ForeignKey("batches.id", ondelete="SET NULL"), comment="to be finished before it starts"
    )
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="the order without its paths, as asked for")
    wanted_parent: Mapped[str | None] = mapped_column(ForeignKey("models.sha256"))
    parent: Mapped[str | None] = mapped_column(ForeignKey("models.sha256"), comment="fixed when it starts")
    promote: Mapped[bool] = mapped_column(server_default=text("true"))
    hashes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT, comment="of the data it learnt from")
    gate: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)
    model: Mapped[str | None] = mapped_column(ForeignKey("models.sha256"), index=True, comment="what came of it")
    stage: Mapped[str] = mapped_column(server_default="")
    round: Mapped[int] = mapped_column(server_default="0")
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total: Mapped[int] = mapped_column(BigInteger, server_default="0")
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    attempts: Mapped[int] = mapped_column(server_default="0", comment="claims since it last moved on")
    lease: Mapped[str | None]
    lease_until: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NEVER)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("state in ('pending','running','accepted','promoted','rejected','failed','cancelled')", name="state"),
        CheckConstraint("trigger in ('user','schedule')", name="trigger"),
        Index("ix_self_training_runs_open", "created_at", postgresql_where=text("state in ('pending','running')")),
        Index("ix_self_training_runs_created_at_id", "created_at", "id"),
    )


class Round(Base):
    """The report of one round, as the science wrote it, and its pictures."""

    __tablename__ = "rounds"

    run_id: Mapped[str] = mapped_column(ForeignKey("self_training_runs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)
    curve: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, comment="PNG")
    histogram: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, comment="PNG")
    stored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)


class PseudoLabel(Base):
    """A label that a round considered: whether it was taken to train on, and why not."""

    __tablename__ = "pseudo_labels"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("self_training_runs.id", ondelete="CASCADE"))
    round: Mapped[int]
    document: Mapped[str] = mapped_column(index=True, comment="its key")
    drug: Mapped[str]
    interaction: Mapped[str]
    target: Mapped[str]
    drug_name: Mapped[str] = mapped_column(index=True, comment="normalised, for look-up")
    target_name: Mapped[str] = mapped_column(index=True, comment="normalised, for look-up")
    confidence: Mapped[float | None]
    score: Mapped[float | None]
    weight: Mapped[float | None]
    accepted: Mapped[bool]
    reason: Mapped[str]

    __table_args__ = (
        Index("ix_pseudo_labels_run_id_id", "run_id", "id"),
        Index("ix_pseudo_labels_run_id_accepted_id", "run_id", "accepted", "id"),
    )


class Verdict(Base):
    """What a curator says of a triplet in a document; the latest one of a curator counts."""

    __tablename__ = "verdicts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    curator: Mapped[str]
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id", ondelete="SET NULL"))
    triplet_key: Mapped[str] = mapped_column(comment="of the triplet as it was shown")
    drug: Mapped[str]
    interaction: Mapped[str]
    target: Mapped[str]
    verdict: Mapped[str]
    edited_drug: Mapped[str | None]
    edited_interaction: Mapped[str | None]
    edited_target: Mapped[str | None]
    comment: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("verdict in ('accepted','rejected','edited')", name="verdict"),
        CheckConstraint(
            "(verdict = 'edited') = (edited_drug IS NOT NULL AND edited_interaction IS NOT NULL AND edited_target IS NOT NULL)",
            name="edited",
        ),
        Index("ix_verdicts_document_id_triplet_key_curator_id", "document_id", "triplet_key", "curator", "id"),
    )

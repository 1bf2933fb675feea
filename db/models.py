"""Tables. The write side is `db.repository`, the read side `db.queries`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base

_NOW = func.now()
_NEVER = text("'1970-01-01 00:00:00+00'")  # the lease of what nobody holds: comparable, unlike NULL


class Upload(Base):
    """A literature file as a user sent it; any worker on any machine can read it."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(primary_key=True)
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class Batch(Base):
    """A request for literature to be read."""

    __tablename__ = "batches"

    id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="pending")
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    refresh: Mapped[bool] = mapped_column(server_default=text("false"))
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("state in ('pending','running','finished','cancelled')", name="state"),
        Index("ix_batches_active", "created_at", postgresql_where=text("state in ('pending','running')")),
        Index("ix_batches_created_at_id", "created_at", "id"),
    )


class Step(Base):
    """Something that still has to be turned into items: a date slice of a query, or an upload."""

    __tablename__ = "steps"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(server_default="pending")
    reason: Mapped[str] = mapped_column(server_default="")
    attempts: Mapped[int] = mapped_column(server_default="0", comment="claims since it last moved on")
    deferrals: Mapped[int] = mapped_column(server_default="0", comment="times put back because a remote side failed")
    lease: Mapped[str | None]
    lease_until: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NEVER)

    __table_args__ = (
        CheckConstraint("kind in ('query','upload')", name="kind"),
        CheckConstraint("state in ('pending','done','failed','cancelled')", name="state"),
    )


class Document(Base):
    """The current version of a record of literature; `record` holds every field of the domain type."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    pmid: Mapped[str | None] = mapped_column(index=True)
    doi: Mapped[str | None] = mapped_column(index=True)
    pmcid: Mapped[str | None]
    title: Mapped[str]
    abstract: Mapped[str]
    journal: Mapped[str]
    published: Mapped[str]
    status: Mapped[str]
    record: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_sha256: Mapped[str]
    stored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class Item(Base):
    """One document in one batch."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    key: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="queued")
    reason: Mapped[str] = mapped_column(server_default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)
    attempts: Mapped[int] = mapped_column(server_default="0", comment="claims since it last moved on")
    deferrals: Mapped[int] = mapped_column(server_default="0", comment="times put back because a remote side failed")
    lease: Mapped[str | None]
    lease_until: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NEVER)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)

    __table_args__ = (
        UniqueConstraint("batch_id", "key"),
        CheckConstraint(
            "state in ('queued','fetched','extracted','no_triplet','no_abstract','failed','skipped','cancelled')", name="state"
        ),
        Index("ix_items_batch_id_state_id", "batch_id", "state", "id"),
        Index(
            "ix_items_open", "batch_id", "state", "lease_until", "id", postgresql_where=text("state in ('queued','fetched')")
        ),
    )


class Run(Base):
    """A model with its settings: what stands behind every evidence row."""

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str]
    checkpoint_sha256: Mapped[str]
    code_version: Mapped[str]
    decoding: Mapped[str] = mapped_column(server_default="")
    lexicon_sha256: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class Extraction(Base):
    """That one run has read one version of one document, and how it ended (no triplet is a result too)."""

    __tablename__ = "extractions"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    content_sha256: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    truncated: Mapped[bool] = mapped_column(server_default=text("false"))
    extracted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class Triplet(Base):
    """A (drug, interaction, target) statement; its key never depends on evidence."""

    __tablename__ = "triplets"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    drug: Mapped[str]
    interaction: Mapped[str]
    target: Mapped[str]
    drug_name: Mapped[str] = mapped_column(comment="normalised, for look-up")
    interaction_name: Mapped[str] = mapped_column(comment="normalised, for look-up")
    target_name: Mapped[str] = mapped_column(comment="normalised, for look-up")
    drug_curie: Mapped[str | None] = mapped_column(index=True)
    target_curie: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)

    __table_args__ = (
        Index("ix_triplets_drug_name_id", "drug_name", "id"),
        Index("ix_triplets_target_name_id", "target_name", "id"),
        Index("ix_triplets_interaction_name_id", "interaction_name", "id"),
    )


class Evidence(Base):
    """One document's support for one triplet, found by one run."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    triplet_id: Mapped[int] = mapped_column(ForeignKey("triplets.id", ondelete="CASCADE"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    confidence: Mapped[float]
    polarity: Mapped[str]
    sentence: Mapped[str]
    sentence_start: Mapped[int | None]
    sentence_end: Mapped[int | None]
    drug_start: Mapped[int | None]
    drug_end: Mapped[int | None]
    target_start: Mapped[int | None]
    target_end: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)

    __table_args__ = (
        UniqueConstraint("triplet_id", "document_id", "run_id"),
        CheckConstraint("confidence between 0 and 1", name="confidence"),
        Index("ix_evidence_triplet_id_confidence", "triplet_id", "confidence"),
    )

"""Literature: what was sent, asked for, and stored."""

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
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models._columns import NEVER, NO_TEXTS, NOW


class Upload(Base):
    """A literature file as a user sent it; any worker on any machine can read it."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(primary_key=True)
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)


class Batch(Base):
    """A request for literature to be read."""

    __tablename__ = "batches"

    id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="pending")
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    refresh: Mapped[bool] = mapped_column(server_default=text("false"))
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
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
    lease_until: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NEVER)

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
    published: Mapped[str] = mapped_column(index=True)
    authors: Mapped[list[str]] = mapped_column(
        ARRAY(String), server_default=NO_TEXTS, comment="family name and first initial, to compare papers by"
    )
    status: Mapped[str]
    record: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_sha256: Mapped[str]
    stored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)


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
    lease_until: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NEVER)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)

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

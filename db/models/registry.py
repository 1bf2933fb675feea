"""Models, their files, and which of them has been served when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models._columns import EMPTY_OBJECT, NOW


class Model(Base):
    """A checkpoint by the sum of its sums; exactly one is active, which is what workers read with."""

    __tablename__ = "models"

    sha256: Mapped[str] = mapped_column(primary_key=True, comment="of SHA256SUMS, and so of every file")
    name: Mapped[str]
    parent: Mapped[str | None] = mapped_column(ForeignKey("models.sha256"))
    state: Mapped[str] = mapped_column(server_default="candidate")
    card: Mapped[dict[str, Any]] = mapped_column(JSONB)
    metrics: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT, comment="of the gate it went through")
    reason: Mapped[str] = mapped_column(server_default="", comment="why it was rejected")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    promoted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="the last time")

    __table_args__ = (
        CheckConstraint("state in ('candidate','active','retired','rejected')", name="state"),
        Index("uq_models_active", "state", unique=True, postgresql_where=text("state = 'active'")),
        Index("ix_models_created_at_sha256", "created_at", "sha256"),
    )


class ModelFile(Base):
    """One file of a model's folder; a rejected model has none."""

    __tablename__ = "model_files"

    model: Mapped[str] = mapped_column(ForeignKey("models.sha256", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Promotion(Base):
    """Which model took whose place, by whom and why. Rows are added and never altered."""

    __tablename__ = "promotions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    kind: Mapped[str]
    from_model: Mapped[str | None] = mapped_column(ForeignKey("models.sha256"))
    to_model: Mapped[str] = mapped_column(ForeignKey("models.sha256"))
    who: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("kind in ('promotion','rollback')", name="kind"),
        Index("ix_promotions_to_model_id", "to_model", "id"),
    )

"""What was read in literature, and what is believed of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models._columns import NO_OBJECTS, NO_TEXTS, NOW


class Run(Base):
    """A model with its settings: what stands behind every evidence row."""

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str]
    checkpoint_sha256: Mapped[str]
    code_version: Mapped[str]
    decoding: Mapped[str] = mapped_column(server_default="")
    lexicon_sha256: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)


class Extraction(Base):
    """That one run has read one version of one document, and how it ended (no triplet is a result too)."""

    __tablename__ = "extractions"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    content_sha256: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    truncated: Mapped[bool] = mapped_column(server_default=text("false"))
    extracted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)


class Entity(Base):
    """A drug or target with an identifier, as linking found it."""

    __tablename__ = "entities"

    curie: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    taxon: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (CheckConstraint("kind in ('drug','target')", name="kind"),)


class Identifier(Base):
    """Another identifier of the same entity."""

    __tablename__ = "identifiers"

    identifier: Mapped[str] = mapped_column(primary_key=True)
    curie: Mapped[str] = mapped_column(ForeignKey("entities.curie", ondelete="CASCADE"), primary_key=True, index=True)


class Name(Base):
    """A name by which a drug or target may be asked for; `curie` is "" for one that is linked to nothing."""

    __tablename__ = "names"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    folded: Mapped[str] = mapped_column(String(collation="C"), comment="normalised; sorted by code point on every server")
    name: Mapped[str] = mapped_column(comment="as it was first written")
    curie: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        UniqueConstraint("folded", "kind", "curie"),
        CheckConstraint("kind in ('drug','target')", name="kind"),
        Index("ix_names_curie", "curie", postgresql_where=text("curie <> ''")),
    )


class Triplet(Base):
    """A (drug, interaction, target) statement; its key never depends on evidence.

    All from `belief` on is derived: `db.repository.beliefs` recomputes it from the evidence that is not withdrawn.
    """

    __tablename__ = "triplets"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    drug: Mapped[str]
    interaction: Mapped[str]
    target: Mapped[str]
    drug_name: Mapped[str] = mapped_column(comment="normalised, for look-up")
    interaction_name: Mapped[str] = mapped_column(comment="normalised, for look-up")
    target_name: Mapped[str] = mapped_column(comment="normalised, for look-up")
    drug_curie: Mapped[str | None]
    target_curie: Mapped[str | None]
    drug_key: Mapped[str] = mapped_column(Computed("COALESCE(drug_curie, drug_name)", persisted=True))
    target_key: Mapped[str] = mapped_column(Computed("COALESCE(target_curie, target_name)", persisted=True))
    interaction_type: Mapped[str] = mapped_column(server_default="unknown")
    direction: Mapped[str] = mapped_column(server_default="unclear")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    belief: Mapped[float] = mapped_column(server_default="0")
    support: Mapped[float] = mapped_column(server_default="0")
    denial: Mapped[float] = mapped_column(server_default="0")
    paper_count: Mapped[int] = mapped_column(server_default="0", comment="papers that belief counts")
    grounded: Mapped[bool] = mapped_column(server_default=text("false"), comment="some evidence has both names in the text")
    opposed: Mapped[bool] = mapped_column(server_default=text("false"), comment="another paper says the opposite of this pair")
    curated: Mapped[str] = mapped_column(server_default="", comment="agreement with curated tables; empty where none is loaded")
    believed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("belief between 0 and 1", name="belief"),
        Index("ix_triplets_drug_key_target_key", "drug_key", "target_key"),
        Index("ix_triplets_drug_key_belief", "drug_key", text("belief DESC"), "id"),
        Index("ix_triplets_target_key_belief", "target_key", text("belief DESC"), "id"),
        Index("ix_triplets_interaction_name_id", "interaction_name", "id"),
        Index("ix_triplets_belief_id", text("belief DESC"), "id"),
        Index("ix_triplets_disputed", "id", postgresql_where=text("support > 0 AND denial > 0")),
        Index("ix_triplets_opposed", "id", postgresql_where=text("opposed")),
        Index("ix_triplets_curated_id", "curated", "id", postgresql_where=text("curated <> ''")),
    )


class Evidence(Base):
    """One document's support for one triplet, found by one run; a withdrawn row is a tombstone and counts no more."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    triplet_id: Mapped[int] = mapped_column(ForeignKey("triplets.id", ondelete="CASCADE"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    confidence: Mapped[float]
    polarity: Mapped[str]
    certainty: Mapped[str] = mapped_column(server_default="unassessed")
    section: Mapped[str] = mapped_column(server_default="unknown")
    sentence: Mapped[str]
    sentence_start: Mapped[int | None]
    sentence_end: Mapped[int | None]
    drug_start: Mapped[int | None]
    drug_end: Mapped[int | None]
    target_start: Mapped[int | None]
    target_end: Mapped[int | None]
    trigger_start: Mapped[int | None]
    trigger_end: Mapped[int | None]
    species: Mapped[list[str]] = mapped_column(ARRAY(String), server_default=NO_TEXTS)
    assays: Mapped[list[str]] = mapped_column(ARRAY(String), server_default=NO_TEXTS)
    quantities: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=NO_OBJECTS)
    supporting: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=NO_OBJECTS)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("confidence between 0 and 1", name="confidence"),
        CheckConstraint("withdrawn_reason in ('','revised','deleted','retracted','superseded')", name="withdrawn_reason"),
        Index(
            "uq_evidence_standing",
            "triplet_id",
            "document_id",
            "run_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_evidence_triplet_id_confidence", "triplet_id", "confidence"),
        Index("ix_evidence_created_at", "created_at"),
        Index("ix_evidence_sentence_words", text("to_tsvector('english'::regconfig, sentence)"), postgresql_using="gin"),
    )


class StaleBelief(Base):
    """A triplet whose evidence has changed since its belief was computed."""

    __tablename__ = "stale_beliefs"

    triplet_id: Mapped[int] = mapped_column(ForeignKey("triplets.id", ondelete="CASCADE"), primary_key=True)


class Change(Base):
    """The audit trail: evidence that was withdrawn, and beliefs that moved. Rows are added and never altered."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    kind: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    triplet_id: Mapped[int] = mapped_column(ForeignKey("triplets.id", ondelete="CASCADE"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id", ondelete="CASCADE"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    belief_before: Mapped[float | None]
    belief_after: Mapped[float | None]

    __table_args__ = (
        CheckConstraint("kind in ('evidence_withdrawn','belief_changed')", name="kind"),
        Index("ix_changes_triplet_id_id", "triplet_id", "id"),
    )


class Curated(Base):
    """A drug-target pair of a curated source; `*_keys` are normalised names and identifiers to compare by."""

    __tablename__ = "curated"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source: Mapped[str] = mapped_column(index=True)
    drug: Mapped[str]
    target: Mapped[str]
    action: Mapped[str]
    interaction_type: Mapped[str]
    direction: Mapped[str]
    reference: Mapped[str]
    drug_keys: Mapped[list[str]] = mapped_column(ARRAY(String))
    target_keys: Mapped[list[str]] = mapped_column(ARRAY(String))

    __table_args__ = (
        Index("ix_curated_drug_keys", "drug_keys", postgresql_using="gin"),
        Index("ix_curated_target_keys", "target_keys", postgresql_using="gin"),
    )

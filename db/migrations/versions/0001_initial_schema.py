"""Initial schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_batches()
    _create_documents()
    _create_runs()
    _create_triplets()
    _create_uploads()
    _create_evidence()
    _create_extractions()
    _create_items()
    _create_steps()
    # Uploads are read in pieces: out of line and uncompressed, a piece costs what it weighs.
    op.execute("ALTER TABLE uploads ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    for table in ("steps", "items", "extractions", "evidence", "uploads", "triplets", "runs", "documents", "batches"):
        op.drop_table(table)


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("refresh", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('pending','running','finished','cancelled')", name=op.f("ck_batches_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_batches_idempotency_key")),
    )
    op.create_index(
        "ix_batches_active", "batches", ["created_at"], unique=False, postgresql_where=sa.text("state in ('pending','running')")
    )
    op.create_index("ix_batches_created_at_id", "batches", ["created_at", "id"], unique=False)


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pmid", sa.String(), nullable=True),
        sa.Column("doi", sa.String(), nullable=True),
        sa.Column("pmcid", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("abstract", sa.String(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("published", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("key", name=op.f("uq_documents_key")),
    )
    op.create_index(op.f("ix_documents_doi"), "documents", ["doi"], unique=False)
    op.create_index(op.f("ix_documents_pmid"), "documents", ["pmid"], unique=False)


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("checkpoint_sha256", sa.String(), nullable=False),
        sa.Column("code_version", sa.String(), nullable=False),
        sa.Column("decoding", sa.String(), server_default="", nullable=False),
        sa.Column("lexicon_sha256", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )


def _create_triplets() -> None:
    op.create_table(
        "triplets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("drug", sa.String(), nullable=False),
        sa.Column("interaction", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("drug_name", sa.String(), nullable=False, comment="normalised, for look-up"),
        sa.Column("interaction_name", sa.String(), nullable=False, comment="normalised, for look-up"),
        sa.Column("target_name", sa.String(), nullable=False, comment="normalised, for look-up"),
        sa.Column("drug_curie", sa.String(), nullable=True),
        sa.Column("target_curie", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triplets")),
        sa.UniqueConstraint("key", name=op.f("uq_triplets_key")),
    )
    op.create_index(op.f("ix_triplets_drug_curie"), "triplets", ["drug_curie"], unique=False)
    op.create_index("ix_triplets_drug_name_id", "triplets", ["drug_name", "id"], unique=False)
    op.create_index("ix_triplets_interaction_name_id", "triplets", ["interaction_name", "id"], unique=False)
    op.create_index(op.f("ix_triplets_target_curie"), "triplets", ["target_curie"], unique=False)
    op.create_index("ix_triplets_target_name_id", "triplets", ["target_name", "id"], unique=False)


def _create_uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_sha256"), "uploads", ["sha256"], unique=False)


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("triplet_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("polarity", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("sentence_start", sa.Integer(), nullable=True),
        sa.Column("sentence_end", sa.Integer(), nullable=True),
        sa.Column("drug_start", sa.Integer(), nullable=True),
        sa.Column("drug_end", sa.Integer(), nullable=True),
        sa.Column("target_start", sa.Integer(), nullable=True),
        sa.Column("target_end", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("confidence between 0 and 1", name=op.f("ck_evidence_confidence")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_evidence_document_id_documents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_evidence_run_id_runs")),
        sa.ForeignKeyConstraint(
            ["triplet_id"], ["triplets.id"], name=op.f("fk_evidence_triplet_id_triplets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("triplet_id", "document_id", "run_id", name=op.f("uq_evidence_triplet_id_document_id_run_id")),
    )
    op.create_index(op.f("ix_evidence_document_id"), "evidence", ["document_id"], unique=False)
    op.create_index(op.f("ix_evidence_run_id"), "evidence", ["run_id"], unique=False)
    op.create_index("ix_evidence_triplet_id_confidence", "evidence", ["triplet_id", "confidence"], unique=False)


def _create_extractions() -> None:
    op.create_table(
        "extractions",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("truncated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("extracted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_extractions_document_id_documents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_extractions_run_id_runs")),
        sa.PrimaryKeyConstraint("document_id", "run_id", name=op.f("pk_extractions")),
    )


def _create_items() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="queued", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False, comment="claims since it last moved on"),
        sa.Column(
            "deferrals", sa.Integer(), server_default="0", nullable=False, comment="times put back because a remote side failed"
        ),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column(
            "lease_until", sa.DateTime(timezone=True), server_default=sa.text("'1970-01-01 00:00:00+00'"), nullable=False
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state in ('queued','fetched','extracted','no_triplet','no_abstract','failed','skipped','cancelled')",
            name=op.f("ck_items_state"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_items_batch_id_batches"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_items_document_id_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("batch_id", "key", name=op.f("uq_items_batch_id_key")),
    )
    op.create_index("ix_items_batch_id_state_id", "items", ["batch_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_items_document_id"), "items", ["document_id"], unique=False)
    op.create_index(
        "ix_items_open",
        "items",
        ["batch_id", "state", "lease_until", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('queued','fetched')"),
    )


def _create_steps() -> None:
    op.create_table(
        "steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False, comment="claims since it last moved on"),
        sa.Column(
            "deferrals", sa.Integer(), server_default="0", nullable=False, comment="times put back because a remote side failed"
        ),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column(
            "lease_until", sa.DateTime(timezone=True), server_default=sa.text("'1970-01-01 00:00:00+00'"), nullable=False
        ),
        sa.CheckConstraint("kind in ('query','upload')", name=op.f("ck_steps_kind")),
        sa.CheckConstraint("state in ('pending','done','failed','cancelled')", name=op.f("ck_steps_state")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_steps_batch_id_batches"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
    )
    op.create_index(op.f("ix_steps_batch_id"), "steps", ["batch_id"], unique=False)

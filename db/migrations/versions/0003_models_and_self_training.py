"""Model registry, self-training runs with their ledger, curators' verdicts; evidence may be superseded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REASONS = "withdrawn_reason in ('','revised','deleted','retracted'%s)"


def upgrade() -> None:
    _create_models()
    _create_model_files()
    _create_promotions()
    _create_runs()
    _create_labels()
    _create_rounds()
    _create_verdicts()
    # A model is read in pieces: out of line and uncompressed, a piece costs what it weighs.
    op.execute("ALTER TABLE model_files ALTER COLUMN content SET STORAGE EXTERNAL")
    _reasons(",'superseded'")


def downgrade() -> None:
    for table in ("verdicts", "rounds", "pseudo_labels", "self_training_runs", "promotions", "model_files", "models"):
        op.drop_table(table)
    op.execute("UPDATE evidence SET withdrawn_reason = 'revised' WHERE withdrawn_reason = 'superseded'")
    _reasons("")


def _reasons(more: str) -> None:
    op.drop_constraint(op.f("ck_evidence_withdrawn_reason"), "evidence", type_="check")
    op.create_check_constraint(op.f("ck_evidence_withdrawn_reason"), "evidence", _REASONS % more)


def _create_models() -> None:
    op.create_table(
        "models",
        sa.Column("sha256", sa.String(), nullable=False, comment="of SHA256SUMS, and so of every file"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("state", sa.String(), server_default="candidate", nullable=False),
        sa.Column("card", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "metrics",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="of the gate it went through",
        ),
        sa.Column("reason", sa.String(), server_default="", nullable=False, comment="why it was rejected"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True, comment="the last time"),
        sa.CheckConstraint("state in ('candidate','active','retired','rejected')", name=op.f("ck_models_state")),
        sa.ForeignKeyConstraint(["parent"], ["models.sha256"], name=op.f("fk_models_parent_models")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_models")),
    )
    op.create_index("ix_models_created_at_sha256", "models", ["created_at", "sha256"], unique=False)
    op.create_index("uq_models_active", "models", ["state"], unique=True, postgresql_where=sa.text("state = 'active'"))


def _create_model_files() -> None:
    op.create_table(
        "model_files",
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["model"], ["models.sha256"], name=op.f("fk_model_files_model_models"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("model", "path", name=op.f("pk_model_files")),
    )


def _create_promotions() -> None:
    op.create_table(
        "promotions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_model", sa.String(), nullable=True),
        sa.Column("to_model", sa.String(), nullable=False),
        sa.Column("who", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("kind in ('promotion','rollback')", name=op.f("ck_promotions_kind")),
        sa.ForeignKeyConstraint(["from_model"], ["models.sha256"], name=op.f("fk_promotions_from_model_models")),
        sa.ForeignKeyConstraint(["to_model"], ["models.sha256"], name=op.f("fk_promotions_to_model_models")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions")),
    )
    op.create_index("ix_promotions_to_model_id", "promotions", ["to_model", "id"], unique=False)


def _create_runs() -> None:
    op.create_table(
        "self_training_runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("trigger", sa.String(), server_default="user", nullable=False),
        sa.Column("pool", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="where its documents come from"),
        sa.Column("batch_id", sa.String(), nullable=True, comment="to be finished before it starts"),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the order without its paths, as asked for",
        ),
        sa.Column("wanted_parent", sa.String(), nullable=True),
        sa.Column("parent", sa.String(), nullable=True, comment="fixed when it starts"),
        sa.Column("promote", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "hashes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="of the data it learnt from",
        ),
        sa.Column("gate", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("model", sa.String(), nullable=True, comment="what came of it"),
        sa.Column("stage", sa.String(), server_default="", nullable=False),
        sa.Column("round", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False, comment="claims since it last moved on"),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column(
            "lease_until", sa.DateTime(timezone=True), server_default=sa.text("'1970-01-01 00:00:00+00'"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('pending','running','accepted','promoted','rejected','failed','cancelled')",
            name=op.f("ck_self_training_runs_state"),
        ),
        sa.CheckConstraint("trigger in ('user','schedule')", name=op.f("ck_self_training_runs_trigger")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_self_training_runs_batch_id_batches"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["model"], ["models.sha256"], name=op.f("fk_self_training_runs_model_models")),
        sa.ForeignKeyConstraint(["parent"], ["models.sha256"], name=op.f("fk_self_training_runs_parent_models")),
        sa.ForeignKeyConstraint(["wanted_parent"], ["models.sha256"], name=op.f("fk_self_training_runs_wanted_parent_models")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_training_runs")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_self_training_runs_idempotency_key")),
    )
    _index_runs()


def _index_runs() -> None:
    op.create_index("ix_self_training_runs_created_at_id", "self_training_runs", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_self_training_runs_model"), "self_training_runs", ["model"], unique=False)
    op.create_index(
        "ix_self_training_runs_open",
        "self_training_runs",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state in ('pending','running')"),
    )


def _create_labels() -> None:
    op.create_table(
        "pseudo_labels",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False, comment="its key"),
        sa.Column("drug", sa.String(), nullable=False),
        sa.Column("interaction", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("drug_name", sa.String(), nullable=False, comment="normalised, for look-up"),
        sa.Column("target_name", sa.String(), nullable=False, comment="normalised, for look-up"),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["self_training_runs.id"], name=op.f("fk_pseudo_labels_run_id_self_training_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pseudo_labels")),
    )
    op.create_index(op.f("ix_pseudo_labels_document"), "pseudo_labels", ["document"], unique=False)
    op.create_index(op.f("ix_pseudo_labels_drug_name"), "pseudo_labels", ["drug_name"], unique=False)
    op.create_index("ix_pseudo_labels_run_id_accepted_id", "pseudo_labels", ["run_id", "accepted", "id"], unique=False)
    op.create_index("ix_pseudo_labels_run_id_id", "pseudo_labels", ["run_id", "id"], unique=False)
    op.create_index(op.f("ix_pseudo_labels_target_name"), "pseudo_labels", ["target_name"], unique=False)


def _create_rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("curve", sa.LargeBinary(), nullable=True, comment="PNG"),
        sa.Column("histogram", sa.LargeBinary(), nullable=True, comment="PNG"),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["self_training_runs.id"], name=op.f("fk_rounds_run_id_self_training_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_rounds")),
    )


def _create_verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("curator", sa.String(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("evidence_id", sa.BigInteger(), nullable=True),
        sa.Column("triplet_key", sa.String(), nullable=False, comment="of the triplet as it was shown"),
        sa.Column("drug", sa.String(), nullable=False),
        sa.Column("interaction", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("edited_drug", sa.String(), nullable=True),
        sa.Column("edited_interaction", sa.String(), nullable=True),
        sa.Column("edited_target", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(verdict = 'edited') = (edited_drug IS NOT NULL AND edited_interaction IS NOT NULL AND edited_target IS NOT NULL)",
            name=op.f("ck_verdicts_edited"),
        ),
        sa.CheckConstraint("verdict in ('accepted','rejected','edited')", name=op.f("ck_verdicts_verdict")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_verdicts_document_id_documents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_verdicts_evidence_id_evidence"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index(
        "ix_verdicts_document_id_triplet_key_curator_id",
        "verdicts",
        ["document_id", "triplet_key", "curator", "id"],
        unique=False,
    )

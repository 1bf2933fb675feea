"""Belief, change and curated comparison: tombstones, audit trail, entities with their names, and what belief derives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AUTHORS = """
UPDATE documents SET authors = ARRAY(
  SELECT DISTINCT btrim(lower(split_part(name, ',', 1)) || ' ' || left(btrim(lower(split_part(name, ',', 2))), 1))
  FROM jsonb_array_elements_text(record -> 'authors') AS name)
WHERE jsonb_array_length(coalesce(record -> 'authors', '[]')) > 0
"""
_WITHDRAW = """
UPDATE evidence SET withdrawn_at = now(), withdrawn_reason = CASE WHEN d.status = 'ok' THEN 'revised' ELSE d.status END
FROM documents d, extractions x
WHERE d.id = evidence.document_id AND x.document_id = d.id AND x.run_id = evidence.run_id
  AND (d.status IN ('deleted', 'retracted') OR d.status = 'ok' AND x.content_sha256 <> d.content_sha256)
"""
_ENTITIES = """
INSERT INTO entities (curie, kind, name)
SELECT DISTINCT ON (curie) curie, kind, name FROM (
  SELECT drug_curie, 'drug', drug, id FROM triplets UNION ALL SELECT target_curie, 'target', target, id FROM triplets
) AS ends (curie, kind, name, id) WHERE curie IS NOT NULL ORDER BY curie, id
"""
_NAMES = """
INSERT INTO names (kind, folded, name, curie)
SELECT DISTINCT ON (folded, kind, curie) kind, folded, name, curie FROM (
  SELECT 'drug', drug_name, drug, coalesce(drug_curie, ''), id FROM triplets
  UNION ALL SELECT 'target', target_name, target, coalesce(target_curie, ''), id FROM triplets
) AS ends (kind, folded, name, curie, id) ORDER BY folded, kind, curie, id
"""
# Faster search inside names where the server has pg_trgm; what is found and in which order is the same without.
_TRIGRAMS = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX ix_names_folded_trigrams ON names USING gin (folded gin_trgm_ops);
  END IF;
EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE 'pg_trgm is there, but may not be created';
END $$
"""


def upgrade() -> None:
    _create_curated()
    _create_entities()
    _create_changes()
    _extend_documents()
    _extend_evidence()
    _extend_triplets()
    _index_triplets()
    for statement in (_AUTHORS, _WITHDRAW, _ENTITIES, _NAMES, _TRIGRAMS):
        op.execute(statement)
    op.execute("INSERT INTO stale_beliefs (triplet_id) SELECT id FROM triplets")


def downgrade() -> None:
    for table in ("changes", "stale_beliefs", "identifiers", "names", "entities", "curated"):
        op.drop_table(table)
    op.execute("DELETE FROM evidence WHERE withdrawn_at IS NOT NULL")
    for table, columns in _ADDED.items():
        for column in columns:
            op.drop_column(table, column)
    op.create_unique_constraint(
        op.f("uq_evidence_triplet_id_document_id_run_id"), "evidence", ["triplet_id", "document_id", "run_id"]
    )
    op.create_index(op.f("ix_triplets_drug_curie"), "triplets", ["drug_curie"], unique=False)
    op.create_index(op.f("ix_triplets_target_curie"), "triplets", ["target_curie"], unique=False)
    op.create_index("ix_triplets_drug_name_id", "triplets", ["drug_name", "id"], unique=False)
    op.create_index("ix_triplets_target_name_id", "triplets", ["target_name", "id"], unique=False)
    op.drop_index("ix_evidence_created_at", table_name="evidence")
    op.drop_index("ix_evidence_sentence_words", table_name="evidence")
    op.drop_index("ix_documents_published", table_name="documents")


_ADDED = {
    "documents": ("authors",),
    "evidence": (
        *("certainty", "section", "trigger_start", "trigger_end", "species", "assays", "quantities", "supporting"),
        *("withdrawn_at", "withdrawn_reason"),
    ),
    "triplets": (
        *("drug_key", "target_key", "interaction_type", "direction", "belief", "support", "denial", "paper_count", "grounded"),
        *("opposed", "curated", "believed_at"),
    ),
}


def _create_curated() -> None:
    op.create_table(
        "curated",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("drug", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("interaction_type", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("drug_keys", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("target_keys", postgresql.ARRAY(sa.String()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curated")),
    )
    op.create_index("ix_curated_drug_keys", "curated", ["drug_keys"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_curated_source"), "curated", ["source"], unique=False)
    op.create_index("ix_curated_target_keys", "curated", ["target_keys"], unique=False, postgresql_using="gin")


def _create_entities() -> None:
    op.create_table(
        "entities",
        sa.Column("curie", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("taxon", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("kind in ('drug','target')", name=op.f("ck_entities_kind")),
        sa.PrimaryKeyConstraint("curie", name=op.f("pk_entities")),
    )
    op.create_table(
        "names",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "folded", sa.String(collation="C"), nullable=False, comment="normalised; sorted by code point on every server"
        ),
        sa.Column("name", sa.String(), nullable=False, comment="as it was first written"),
        sa.Column("curie", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("kind in ('drug','target')", name=op.f("ck_names_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_names")),
        sa.UniqueConstraint("folded", "kind", "curie", name=op.f("uq_names_folded_kind_curie")),
    )
    op.create_index("ix_names_curie", "names", ["curie"], unique=False, postgresql_where=sa.text("curie <> ''"))
    op.create_table(
        "identifiers",
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("curie", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["curie"], ["entities.curie"], name=op.f("fk_identifiers_curie_entities"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("identifier", "curie", name=op.f("pk_identifiers")),
    )
    op.create_index(op.f("ix_identifiers_curie"), "identifiers", ["curie"], unique=False)


def _create_changes() -> None:
    op.create_table(
        "stale_beliefs",
        sa.Column("triplet_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["triplet_id"], ["triplets.id"], name=op.f("fk_stale_beliefs_triplet_id_triplets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("triplet_id", name=op.f("pk_stale_beliefs")),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("triplet_id", sa.BigInteger(), nullable=False),
        sa.Column("evidence_id", sa.BigInteger(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("belief_before", sa.Double(), nullable=True),
        sa.Column("belief_after", sa.Double(), nullable=True),
        sa.CheckConstraint("kind in ('evidence_withdrawn','belief_changed')", name=op.f("ck_changes_kind")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_changes_document_id_documents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_changes_evidence_id_evidence"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["triplet_id"], ["triplets.id"], name=op.f("fk_changes_triplet_id_triplets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_document_id"), "changes", ["document_id"], unique=False)
    op.create_index("ix_changes_triplet_id_id", "changes", ["triplet_id", "id"], unique=False)


def _extend_documents() -> None:
    op.add_column(
        "documents",
        sa.Column(
            "authors",
            postgresql.ARRAY(sa.String()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="family name and first initial, to compare papers by",
        ),
    )
    op.create_index(op.f("ix_documents_published"), "documents", ["published"], unique=False)


def _extend_evidence() -> None:
    op.add_column("evidence", sa.Column("certainty", sa.String(), server_default="unassessed", nullable=False))
    op.add_column("evidence", sa.Column("section", sa.String(), server_default="unknown", nullable=False))
    op.add_column("evidence", sa.Column("trigger_start", sa.Integer(), nullable=True))
    op.add_column("evidence", sa.Column("trigger_end", sa.Integer(), nullable=True))
    op.add_column(
        "evidence", sa.Column("species", postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column(
        "evidence", sa.Column("assays", postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column(
        "evidence",
        sa.Column("quantities", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column(
        "evidence",
        sa.Column("supporting", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("evidence", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("evidence", sa.Column("withdrawn_reason", sa.String(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_evidence_withdrawn_reason"), "evidence", "withdrawn_reason in ('','revised','deleted','retracted')"
    )
    op.drop_constraint(op.f("uq_evidence_triplet_id_document_id_run_id"), "evidence", type_="unique")
    op.create_index("ix_evidence_created_at", "evidence", ["created_at"], unique=False)
    op.create_index(
        "ix_evidence_sentence_words",
        "evidence",
        [sa.literal_column("to_tsvector('english'::regconfig, sentence)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "uq_evidence_standing",
        "evidence",
        ["triplet_id", "document_id", "run_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _extend_triplets() -> None:
    op.add_column(
        "triplets",
        sa.Column("drug_key", sa.String(), sa.Computed("COALESCE(drug_curie, drug_name)", persisted=True), nullable=False),
    )
    op.add_column(
        "triplets",
        sa.Column(
            "target_key", sa.String(), sa.Computed("COALESCE(target_curie, target_name)", persisted=True), nullable=False
        ),
    )
    op.add_column("triplets", sa.Column("interaction_type", sa.String(), server_default="unknown", nullable=False))
    op.add_column("triplets", sa.Column("direction", sa.String(), server_default="unclear", nullable=False))
    op.add_column("triplets", sa.Column("belief", sa.Double(), server_default="0", nullable=False))
    op.add_column("triplets", sa.Column("support", sa.Double(), server_default="0", nullable=False))
    op.add_column("triplets", sa.Column("denial", sa.Double(), server_default="0", nullable=False))
    op.add_column(
        "triplets",
        sa.Column("paper_count", sa.Integer(), server_default="0", nullable=False, comment="papers that belief counts"),
    )
    op.add_column(
        "triplets",
        sa.Column(
            "grounded",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="some evidence has both names in the text",
        ),
    )
    op.add_column(
        "triplets",
        sa.Column(
            "opposed",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="another paper says the opposite of this pair",
        ),
    )
    op.add_column(
        "triplets",
        sa.Column(
            "curated",
            sa.String(),
            server_default="",
            nullable=False,
            comment="agreement with curated tables; empty where none is loaded",
        ),
    )
    op.add_column("triplets", sa.Column("believed_at", sa.DateTime(timezone=True), nullable=True))


def _index_triplets() -> None:
    op.create_check_constraint(op.f("ck_triplets_belief"), "triplets", "belief between 0 and 1")
    op.drop_index(op.f("ix_triplets_drug_curie"), table_name="triplets")
    op.drop_index(op.f("ix_triplets_drug_name_id"), table_name="triplets")
    op.drop_index(op.f("ix_triplets_target_curie"), table_name="triplets")
    op.drop_index(op.f("ix_triplets_target_name_id"), table_name="triplets")
    op.create_index("ix_triplets_belief_id", "triplets", [sa.literal_column("belief DESC"), "id"], unique=False)
    op.create_index(
        "ix_triplets_curated_id", "triplets", ["curated", "id"], unique=False, postgresql_where=sa.text("curated <> ''")
    )
    op.create_index(
        "ix_triplets_disputed", "triplets", ["id"], unique=False, postgresql_where=sa.text("support > 0 AND denial > 0")
    )
    op.create_index("ix_triplets_drug_key_target_key", "triplets", ["drug_key", "target_key"], unique=False)
    op.create_index("ix_triplets_opposed", "triplets", ["id"], unique=False, postgresql_where=sa.text("opposed"))
    op.create_index(
        "ix_triplets_drug_key_belief", "triplets", ["drug_key", sa.literal_column("belief DESC"), "id"], unique=False
    )
    op.create_index(
        "ix_triplets_target_key_belief", "triplets", ["target_key", sa.literal_column("belief DESC"), "id"], unique=False
    )

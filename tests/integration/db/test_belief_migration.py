"""What the knowledge base held before beliefs is carried over."""

from __future__ import annotations

import alembic.command
import pytest
from sqlalchemy import Engine, text

from db.repository import beliefs
from db.schema import alembic_config, check_agreement, upgrade
from db.unit_of_work import UnitOfWork

pytestmark = pytest.mark.integration

_BEFORE = """
INSERT INTO runs (id, model, checkpoint_sha256, code_version) VALUES ('r', 'm', 'c', '1');
INSERT INTO documents (key, pmid, title, abstract, journal, published, status, record, content_sha256) VALUES
    ('pmid:1', '1', 'T', 'A', '', '', 'ok', '{"authors": ["Doe, Jane", "Doe, J", "The Group"]}', 'now'),
    ('pmid:2', '2', 'T', 'A', '', '', 'retracted', '{}', 'now'),
    ('pmid:3', '3', 'T', 'A', '', '', 'ok', '{}', 'now');
INSERT INTO triplets (key, drug, interaction, target, drug_name, interaction_name, target_name, drug_curie)
VALUES ('k', 'Aspirin', 'inhibitor', 'COX', 'aspirin', 'inhibitor', 'cox', 'CHEBI:15365');
INSERT INTO evidence (triplet_id, document_id, run_id, confidence, polarity, sentence, drug_start, target_start)
SELECT 1, id, 'r', 0.5, 'affirmed', 'Aspirin inhibits COX.', 0, 17 FROM documents;
INSERT INTO extractions (document_id, run_id, content_sha256, outcome)
SELECT id, 'r', CASE key WHEN 'pmid:1' THEN 'now' ELSE 'before' END, 'extracted' FROM documents
"""


def test_old_evidence_is_withdrawn_named_and_believed(database_url: str, engine: Engine, unit: UnitOfWork) -> None:
    alembic.command.downgrade(alembic_config(database_url), "0001")
    with engine.begin() as connection:
        connection.exec_driver_sql(_BEFORE)
    upgrade(database_url)
    check_agreement(database_url)

    assert beliefs.recompute(unit.session) == 1
    found = {
        statement: [tuple(row) for row in unit.session.execute(text(statement))]
        for statement in (
            "SELECT withdrawn_reason FROM evidence ORDER BY id",
            "SELECT unnest(authors) AS author FROM documents ORDER BY author",
            "SELECT kind, folded, curie FROM names ORDER BY kind",
            "SELECT curie, name FROM entities",
            "SELECT belief, grounded, drug_key, target_key FROM triplets",
        )
    }
    assert list(found.values()) == [
        [("",), ("retracted",), ("revised",)],
        [("doe j",), ("the group",)],
        [("drug", "aspirin", "CHEBI:15365"), ("target", "cox", "")],
        [("CHEBI:15365", "Aspirin")],
        [(pytest.approx(0.5), True, "CHEBI:15365", "cox")],
    ]

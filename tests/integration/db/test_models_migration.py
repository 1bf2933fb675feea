"""The schema of models and self-training goes on and off over what is stored."""

from __future__ import annotations

import alembic.command
import pytest
from sqlalchemy import Engine, text

from db.schema import alembic_config, check_agreement, upgrade

pytestmark = pytest.mark.integration

_STORED = """
INSERT INTO runs (id, model, checkpoint_sha256, code_version) VALUES ('r', 'm', 'c', '1');
INSERT INTO documents (key, title, abstract, journal, published, status, record, content_sha256)
VALUES ('pmid:1', 'T', 'A', '', '', 'ok', '{}', 'now');
INSERT INTO triplets (key, drug, interaction, target, drug_name, interaction_name, target_name)
VALUES ('k', 'Aspirin', 'inhibitor', 'COX', 'aspirin', 'inhibitor', 'cox');
INSERT INTO evidence (triplet_id, document_id, run_id, confidence, polarity, sentence, withdrawn_at, withdrawn_reason)
VALUES (1, 1, 'r', 0.5, 'affirmed', 'S', now(), 'superseded')
"""


def test_superseded_evidence_stays_withdrawn_without_the_reason(database_url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(_STORED)
    alembic.command.downgrade(alembic_config(database_url), "0002")
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT withdrawn_reason FROM evidence")) == "revised"
    upgrade(database_url)
    check_agreement(database_url)


def test_two_models_cannot_be_active(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(Exception, match="uq_models_active"):
        connection.exec_driver_sql(
            "INSERT INTO models (sha256, name, state, card) SELECT n, n, 'active', '{}' FROM unnest(ARRAY['a', 'b']) n"
        )

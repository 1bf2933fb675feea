"""`dti curated load` on a real database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from db.curated.cli import curated
from db.repository import beliefs, documents, extractions
from db.repository.extractions import Result
from db.unit_of_work import UnitOfWork
from dti.domain.documents import Document
from dti.domain.evidence import Claim, Evidence, Extraction, Outcome
from dti.domain.identity import Run
from dti.domain.triplets import Triplet
from dti.errors import MalformedInputError

pytestmark = pytest.mark.integration

HEADER = "gene_name\tgene_claim_name\tentrez_id\tinteraction_claim_source\tinteraction_types\tdrug_name\n"


def test_loading_compares_replaces_and_refuses(database_url: str, unit: UnitOfWork, tmp_path: Path) -> None:
    document = Document(source="pmid", id="1", title="T", abstract="text")
    [stored] = documents.upsert(unit.session, [document]).values()
    loaded = documents.load(unit.session, [stored.id])[stored.id]
    run = Run("m", "0" * 64, "1")
    extraction = Extraction(
        document, run, Outcome.EXTRACTED, (Claim(Triplet("widgetine", "inhibitor", "gzm"), 0.5, Evidence()),)
    )
    extractions.record(unit.session, run, [Result(stored.id, loaded.content_sha256, extraction)])
    beliefs.recompute(unit.session)
    unit.commit()
    path = tmp_path / "interactions.tsv"

    def load(*rows: str) -> object:
        path.write_text(HEADER + "".join(row + "\n" for row in rows))
        answer = CliRunner().invoke(curated, ["--url", database_url, "load", "dgidb", str(path), "--json"])
        return answer.exception or json.loads(answer.output)

    pair = "GZM\tGZM\t7\tSome\tinhibitor\tWIDGETINE"
    assert load(pair, "GZM\tGZM\t7\tSome\t\tOTHERINE") == {"source": "dgidb", "pairs": 2, "changed": 1}
    assert load(pair) == {"source": "dgidb", "pairs": 1, "changed": 0}
    path.write_text("nothing\n")
    answer = CliRunner().invoke(curated, ["--url", database_url, "load", "dgidb", str(path)])
    assert isinstance(answer.exception, MalformedInputError)

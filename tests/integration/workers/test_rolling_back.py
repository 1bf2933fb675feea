"""Rollback restores what was read before, to the byte, on fifty documents with the shipped model."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from db.repository import documents, models
from dti.domain.documents import Document
from dti.domain.models import Act
from dti.extraction import Extractor
from dti.lexicon import open_lexicon
from dti.model.checkpoint import Checkpoint
from dti.model.shelf import Shelf, read_files
from dti.settings import PROJECT_ROOT, Settings
from dti.sources import read
from tests.checkpoints import SHIPPED, renamed
from tests.integration.workers.conftest import Desk
from workers.extracting import extract
from workers.serving import Serving

pytestmark = [pytest.mark.integration, pytest.mark.slow]

COUNT = 50
STANDING = """
SELECT d.key, t.key, t.drug, t.interaction, t.target, t.drug_curie, t.target_curie, t.belief, t.support, t.denial, r.id,
    e.confidence, e.polarity, e.certainty, e.section, e.sentence, e.sentence_start, e.drug_start, e.target_start,
    e.trigger_start, e.species, e.assays, e.quantities, e.supporting
FROM evidence e JOIN triplets t ON t.id = e.triplet_id JOIN documents d ON d.id = e.document_id JOIN runs r ON r.id = e.run_id
WHERE e.withdrawn_at IS NULL ORDER BY d.key, t.key
"""


def literature() -> list[Document]:
    found = [item for item in read(str(PROJECT_ROOT / "data" / "samples" / "samples.xml")) if isinstance(item, Document)]
    pairs = (("Imatinib", "ABL1"), ("Aspirin", "COX-1"), ("Clorgyline", "monoamine oxidase A"), ("Gefitinib", "EGFR"))
    for number in range(COUNT - len(found)):
        drug, target = pairs[number % len(pairs)]
        text = f"We show that {drug} inhibits {target} with an IC50 of {number + 1} nM in rat cells."
        found.append(Document(source="file", id=f"g{number}", title=f"{drug} and {target}.", abstract=text))
    return found[:COUNT]


def reread(desk: Desk, serving: Serving[Extractor]) -> bytes:
    """What stands once the model that is active now has read everything again."""
    batch_id = desk.submit("1", refresh=True)
    desk.sql("DELETE FROM items")
    with desk.context.unit() as unit:
        stored = documents.upsert(unit.session, literature())
        unit.commit()
    rows = ", ".join(f"('{batch_id}', '{key}', 'fetched', {found.id})" for key, found in stored.items())
    desk.sql(f"INSERT INTO items (batch_id, key, state, document_id) VALUES {rows}")  # noqa: S608 - our own keys
    while desk.batch_state(batch_id) != "finished":
        extract(desk.context, serving.current(), batch_id)
    return orjson.dumps(desk.sql(STANDING))


def test_rollback_restores_the_earlier_output_to_the_byte(desk: Desk, tmp_path: Path) -> None:
    settings = Settings()
    lexicon = open_lexicon(settings.lexicon, settings.cache_dir)
    shelf = Shelf(tmp_path / "shelf")
    serving = Serving(desk.context.sessions, shelf, SHIPPED, lambda path: Extractor.open(path, 1, lexicon, settings.tagger_dir))
    decoding = Checkpoint.open(SHIPPED).card["decoding"]
    eager = {**decoding, "settings": {**decoding["settings"], "least": 0.0, "further": 0.0, "relative": 0.0}}

    before = reread(desk, serving)
    files = read_files(renamed(tmp_path / "eager", "eager", decoding=eager).folder)
    with desk.context.unit() as unit:
        model = models.verified(files)
        models.register(unit.session, model, files)
        models.promote(unit.session, model.sha256, Act())
        unit.commit()
    assert reread(desk, serving) != before
    with desk.context.unit() as unit:
        models.roll_back(unit.session, Act())
        unit.commit()

    assert reread(desk, serving) == before
    assert len(orjson.loads(before)) > COUNT / 2

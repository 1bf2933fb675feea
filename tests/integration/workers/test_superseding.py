"""Of one document one reading stands: another model's replaces it, with a tombstone, a line in the audit trail, a belief."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from db.repository import models
from dti.domain.documents import Document
from dti.domain.evidence import Certainty, Claim, Evidence, Extraction, Outcome, Polarity, Span
from dti.domain.identity import Run
from dti.domain.jobs import BatchId
from dti.domain.models import Act, NewModel
from dti.domain.triplets import Triplet
from tests.integration.workers.conftest import Desk, FakeExtractor, FakePubmed, article
from workers.extracting import extract
from workers.pulling import pull

pytestmark = pytest.mark.integration

OLD, NEW = Run("old", "a" * 64, "test"), Run("new", "b" * 64, "test")
STANDING = (
    "SELECT r.model, t.target FROM evidence e JOIN runs r ON r.id = e.run_id JOIN triplets t ON t.id = e.triplet_id"
    " WHERE e.withdrawn_at IS NULL ORDER BY e.id"
)


@dataclass
class Reading(FakeExtractor):
    """Finds "imatinib inhibits" what follows `word`, both in the text."""

    word: str = "target"

    def _one(self, document: Document) -> Extraction:
        text, start = document.text, document.text.index(self.word) + len(self.word) + 1
        name = text[start:].split()[0]
        drug, target = Span(text.index("imatinib"), text.index("imatinib") + 8), Span(start, start + len(name))
        evidence = Evidence(text, Span(0, len(text)), drug, target, Polarity.AFFIRMED, Certainty.FACT)
        claim = Claim(Triplet("imatinib", "inhibitor", name), 0.9, evidence)
        return Extraction(document, self.run, Outcome.EXTRACTED, (claim,))


def old() -> Reading:
    return Reading(run=OLD)


def new() -> Reading:
    return Reading(run=NEW, word="protein")


def pulled(desk: Desk, pubmed: FakePubmed, *, refresh: bool = False) -> BatchId:
    pubmed.records["1"] = article("1", "The target ABL1 binds, the protein KIT does not.")
    batch_id = desk.submit("1", refresh=refresh)
    pull(desk.context, pubmed, batch_id)
    return batch_id


def registered(desk: Desk, *runs: Run) -> None:
    with desk.context.unit() as unit:
        for run in runs:
            models.register_first(unit.session, NewModel(sha256=run.checkpoint_sha256, name=run.model, card={}), {})
        unit.commit()


def promoted(desk: Desk, run: Run) -> None:
    with desk.context.unit() as unit:
        models.promote(unit.session, run.checkpoint_sha256, Act())
        unit.commit()


def test_a_new_model_replaces_what_the_old_one_found(desk: Desk, pubmed: FakePubmed) -> None:
    extract(desk.context, old(), pulled(desk, pubmed))
    extract(desk.context, new(), pulled(desk, pubmed))

    assert desk.sql(STANDING) == [("new", "KIT")]
    assert desk.sql("SELECT withdrawn_reason FROM evidence WHERE withdrawn_at IS NOT NULL") == [("superseded",)]
    assert desk.sql("SELECT kind, reason FROM changes ORDER BY id") == [
        ("evidence_withdrawn", "superseded"),
        ("belief_changed", ""),
    ]
    assert desk.sql("SELECT target, belief > 0 FROM triplets ORDER BY id") == [("ABL1", False), ("KIT", True)]


def test_a_model_that_comes_back_reads_again_and_replaces_in_its_turn(desk: Desk, pubmed: FakePubmed) -> None:
    first = old()
    extract(desk.context, first, pulled(desk, pubmed))
    extract(desk.context, new(), pulled(desk, pubmed))
    extract(desk.context, first, pulled(desk, pubmed))

    assert len(first.batches) == 2
    assert desk.sql(STANDING) == [("old", "ABL1")]
    assert desk.sql("SELECT count(*) FROM evidence") == [(3,)]


def test_the_same_findings_are_not_doubled(desk: Desk, pubmed: FakePubmed) -> None:
    for run in (OLD, NEW):
        extract(desk.context, Reading(run=run), pulled(desk, pubmed, refresh=True))
    assert desk.sql(STANDING) == [("new", "ABL1")]
    assert desk.sql("SELECT kind FROM changes") == [("evidence_withdrawn",)]


def test_a_reading_that_failed_replaces_nothing(desk: Desk, pubmed: FakePubmed) -> None:
    class Broken(FakeExtractor):
        def extract(self, documents):  # type: ignore[no-untyped-def]  # noqa: ARG002
            raise RuntimeError("the engine broke")

    extract(desk.context, old(), pulled(desk, pubmed))
    extract(desk.context, Broken(run=NEW), pulled(desk, pubmed))
    assert desk.sql(STANDING) == [("old", "ABL1")]


def test_a_worker_that_began_before_a_promotion_does_not_undo_the_new_readings(desk: Desk, pubmed: FakePubmed) -> None:
    registered(desk, OLD, NEW)
    late = old()

    def meanwhile() -> None:
        promoted(desk, NEW)
        extract(desk.context, new(), pulled(desk, pubmed))

    late.before_answer = meanwhile
    batch_id = pulled(desk, pubmed)
    extract(desk.context, late, batch_id)

    assert desk.sql(STANDING) == [("new", "KIT")]
    assert desk.batch_state(batch_id) == "finished"

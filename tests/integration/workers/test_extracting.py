"""Extraction jobs on a real database with a model that we control."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dti.domain.documents import Document
from dti.domain.entities import Curie, Entity, EntityKind, Link
from dti.domain.evidence import Extraction
from dti.domain.identity import Run
from dti.domain.lexicon import LexiconEntity, Name, NameType
from tests.integration.workers.conftest import Desk, FakeExtractor, FakePubmed, article
from workers.extracting import extract
from workers.pulling import pull

pytestmark = pytest.mark.integration

EVIDENCE = (
    "SELECT d.pmid, t.target FROM evidence e JOIN triplets t ON t.id = e.triplet_id"
    " JOIN documents d ON d.id = e.document_id WHERE e.withdrawn_at IS NULL ORDER BY 1, 2"
)


def pulled(desk: Desk, pubmed: FakePubmed, *abstracts: str, refresh: bool = False) -> str:
    """A batch whose documents "1", "2", … are fetched."""
    pubmed.records = {str(n): article(str(n), text) for n, text in enumerate(abstracts, start=1)}
    batch_id = desk.submit(*pubmed.records, refresh=refresh)
    while "queued" in {state for state, _ in desk.states().values()}:  # type: ignore[misc]
        pull(desk.context, pubmed, batch_id)
    desk.bell.heard()
    return batch_id


def test_evidence_and_item_states_are_written_together(desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor) -> None:
    batch_id = pulled(desk, pubmed, "The target ABL1 binds.", "Nothing here.", "The target KIT binds.")

    extract(desk.context, extractor, batch_id)

    assert desk.states() == {
        "pmid:1": ("extracted", ""),
        "pmid:2": ("no_triplet", "the model states no interaction"),
        "pmid:3": ("extracted", ""),
    }
    assert desk.sql(EVIDENCE) == [("1", "ABL1"), ("3", "KIT")]
    assert desk.sql("SELECT outcome, count(*) FROM extractions GROUP BY 1 ORDER BY 1") == [("extracted", 2), ("no_triplet", 1)]
    assert desk.sql(
        "SELECT drug_name, target_name, drug_start, target_start FROM triplets JOIN evidence ON triplet_id = triplets.id"
    ) == [
        ("imatinib", "abl1", None, 27),
        ("imatinib", "kit", None, 27),
    ]
    assert desk.batch_state(batch_id) == "finished"


def test_a_bell_is_rung_for_the_rest_before_the_work_starts(desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor) -> None:
    batch_id = pulled(desk, pubmed, *["The target ABL1 binds."] * 5)
    rung: list[list[str]] = []
    extractor.before_answer = lambda: rung.append(desk.bell.heard())

    extract(desk.context, extractor, batch_id)
    extract(desk.context, extractor, batch_id)

    assert rung == [["extract"], []]
    assert [len(batch) for batch in extractor.batches] == [4, 1]


def test_what_this_model_has_read_in_this_version_is_not_read_again(
    desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor
) -> None:
    extract(desk.context, extractor, pulled(desk, pubmed, "The target ABL1 binds.", "Nothing here."))
    again = pulled(desk, pubmed, "The target ABL1 binds.", "Nothing here.")

    extract(desk.context, extractor, again)
    assert len(extractor.batches) == 1
    assert desk.batch_state(again) == "finished"
    assert [state for state, _ in desk.states().values()] == ["extracted", "no_triplet"]  # type: ignore[misc]

    other = FakeExtractor(run=Run("other", "1" * 64, "test"))
    extract(desk.context, other, pulled(desk, pubmed, "The target ABL1 binds.", "Nothing here."))
    assert len(other.batches) == 1
    assert desk.sql("SELECT count(*), count(DISTINCT run_id) FROM evidence") == [(2, 2)]
    before = desk.sql("SELECT count(*) FROM evidence")

    extract(desk.context, other, pulled(desk, pubmed, "The target ABL1 binds.", "Nothing here.", refresh=True))
    assert len(other.batches) == 2
    assert desk.sql("SELECT count(*) FROM evidence") == before


def test_a_revised_text_replaces_the_evidence_of_the_old_one(desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor) -> None:
    extract(desk.context, extractor, pulled(desk, pubmed, "The target ABL1 binds.", "The target KIT binds."))
    extract(desk.context, extractor, pulled(desk, pubmed, "The target PDGFRA binds.", "The target KIT binds.", refresh=True))
    assert desk.sql(EVIDENCE) == [("1", "PDGFRA"), ("2", "KIT")]


def test_one_bad_document_fails_alone(desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor) -> None:
    batch_id = pulled(desk, pubmed, "The target A binds.", "poison", "The target B binds.", "The target C binds.")

    extract(desk.context, extractor, batch_id)

    assert [state for state, _ in desk.states().values()] == ["extracted", "failed", "extracted", "extracted"]  # type: ignore[misc]
    assert desk.states()["pmid:2"] == ("failed", "RuntimeError: the engine broke")
    assert desk.sql(EVIDENCE) == [("1", "A"), ("3", "B"), ("4", "C")]


def test_one_result_that_the_database_refuses_fails_alone(desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor) -> None:
    class Overconfident(FakeExtractor):
        def extract(self, documents):  # type: ignore[no-untyped-def]
            found = super().extract(documents)
            return [
                replace(one, claims=tuple(replace(claim, confidence=float("nan")) for claim in one.claims))
                if "KIT" in one.document.text
                else one
                for one in found
            ]

    batch_id = pulled(desk, pubmed, "The target A binds.", "The target KIT binds.", "The target C binds.")
    extract(desk.context, Overconfident(), batch_id)

    assert [state for state, _ in desk.states().values()] == ["extracted", "failed", "extracted"]  # type: ignore[misc]
    assert "confidence" in str(desk.states()["pmid:2"])


def test_a_worker_that_wakes_up_late_writes_nothing(desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor) -> None:
    batch_id = pulled(desk, pubmed, "The target ABL1 binds.")
    second = FakeExtractor(run=Run("second", "1" * 64, "test"))

    def another_worker_takes_over() -> None:
        desk.lose_leases()
        extract(desk.context, second, batch_id)

    extractor.before_answer = another_worker_takes_over
    extract(desk.context, extractor, batch_id)

    assert desk.sql("SELECT model FROM evidence JOIN runs ON runs.id = run_id") == [("second",)]
    assert desk.sql("SELECT model FROM runs") == [("second",)]


def test_results_of_cancelled_items_are_dropped(desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor) -> None:
    batch_id = pulled(desk, pubmed, "The target ABL1 binds.")
    extractor.before_answer = lambda: desk.cancel(batch_id)

    extract(desk.context, extractor, batch_id)

    assert desk.states() == {"pmid:1": ("cancelled", "")}
    assert desk.sql("SELECT 1 FROM evidence UNION ALL SELECT 1 FROM extractions") == []


def test_a_long_extraction_keeps_its_lease(desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor) -> None:
    batch_id = pulled(desk, pubmed, "The target ABL1 binds.")
    context = replace(desk.context, terms=replace(desk.context.terms, lease_seconds=0.3))
    until = "SELECT lease_until FROM items"
    seen: list[object] = []

    def wait_for_a_renewal() -> None:
        first = desk.sql(until)
        while (now := desk.sql(until)) == first:
            pass
        seen.extend((first, now))

    extractor.before_answer = wait_for_a_renewal
    extract(context, extractor, batch_id)

    assert seen[0] != seen[1]
    assert desk.states() == {"pmid:1": ("extracted", "")}


def test_what_the_lexicon_knows_of_linked_entities_is_stored(desk: Desk, pubmed: FakePubmed, extractor: FakeExtractor) -> None:
    curie, other = Curie("CHEBI:45783"), Curie("drugbank:DB00619")
    names = tuple(Name(name, NameType.SYNONYM, "test") for name in ("imatinib", "STI-571"))

    class Linking(FakeExtractor):
        def _one(self, document: Document) -> Extraction:
            found = super()._one(document)
            link = Link(Entity(curie, "imatinib", EntityKind.DRUG), 1.0, "test")
            return replace(found, claims=tuple(replace(claim, drug=link) for claim in found.claims))

    def knows(asked: Curie) -> LexiconEntity | None:
        return LexiconEntity(asked, EntityKind.DRUG, names, same=(other,))

    batch_id = pulled(desk, pubmed, "The target ABL1 binds.")
    extract(desk.context, Linking(), batch_id, knows)

    assert desk.sql("SELECT name FROM names WHERE curie = 'CHEBI:45783' ORDER BY 1") == [("STI-571",), ("imatinib",)]
    assert desk.sql("SELECT identifier, curie FROM identifiers") == [(other, curie)]

"""Pulling on a real database with a PubMed that we control."""

from __future__ import annotations

import pytest

from dti.domain.documents import Section
from dti.errors import RequestRefusedError, SourceUnavailableError
from tests.integration.workers.conftest import Desk, FakePubmed, article
from workers.pulling import pull

pytestmark = pytest.mark.integration


def test_each_record_lands_in_the_state_it_is_fit_for(desk: Desk, pubmed: FakePubmed) -> None:
    pubmed.records = {
        "1": article("1"),
        "2": article("2", abstract=""),
        "3": article("3", publication_types=("Retracted Publication",)),
        "4": article("4", deleted=True),
        "5": article("5", languages=("fre",)),
    }
    pubmed.faulty = {"6": "line 3: tag mismatch"}
    batch_id = desk.submit("1", "2", "3", "4", "5", "6", "7")

    pull(desk.context, pubmed, batch_id)
    assert desk.bell.heard() == ["pull", "pull", "extract"]
    pull(desk.context, pubmed, batch_id)

    assert desk.states() == {
        "pmid:1": ("fetched", ""),
        "pmid:2": ("no_abstract", ""),
        "pmid:3": ("skipped", "retracted"),
        "pmid:4": ("skipped", "deleted"),
        "pmid:5": ("fetched", ""),
        "pmid:6": ("failed", "line 3: tag mismatch"),
        "pmid:7": ("failed", "PMID not found"),
    }
    assert desk.bell.heard() == ["extract", "extract"]


def test_what_the_knowledge_base_holds_is_not_fetched_again_unless_asked(desk: Desk, pubmed: FakePubmed) -> None:
    pubmed.records = {"1": article("1"), "2": article("2", abstract="")}
    pull(desk.context, pubmed, desk.submit("1", "2"))
    pubmed.asked.clear()

    pull(desk.context, pubmed, desk.submit("1", "2"))
    assert pubmed.asked == []

    pubmed.records["2"] = article("2", revised="2020-01-01")
    pull(desk.context, pubmed, desk.submit("1", "2", refresh=True))
    assert pubmed.asked == ["1", "2"]
    assert desk.sql("SELECT state, count(*) FROM items GROUP BY 1 ORDER BY 1") == [("fetched", 4), ("no_abstract", 2)]
    assert desk.sql("SELECT status FROM documents ORDER BY key") == [("ok",), ("ok",)]


def test_a_failure_that_may_heal_puts_items_back_and_one_that_may_not_fails_them(desk: Desk, pubmed: FakePubmed) -> None:
    batch_id = desk.submit("1", "2")
    pubmed.records = {"1": article("1"), "2": article("2")}

    pubmed.error = SourceUnavailableError("NCBI answers 502")
    pull(desk.context, pubmed, batch_id)
    assert set(desk.states().values()) == {("queued", "NCBI answers 502")}
    pull(desk.context, pubmed, batch_id)
    assert pubmed.asked == ["1", "2"], "items that wait are not claimed"

    desk.sql("UPDATE items SET lease_until = 'epoch'")
    pubmed.error = RequestRefusedError("API key invalid")
    pull(desk.context, pubmed, batch_id)
    assert set(desk.states().values()) == {("failed", "API key invalid")}
    assert desk.batch_state(batch_id) == "finished"


def test_a_worker_that_wakes_up_late_writes_nothing(desk: Desk, pubmed: FakePubmed) -> None:
    batch_id = desk.submit("1")
    pubmed.records = {"1": article("1", abstract="What the first worker saw.")}

    def another_worker_takes_over() -> None:
        desk.lose_leases()
        pull(desk.context, FakePubmed({"1": article("1", abstract="What the second worker saw.")}), batch_id)

    pubmed.before_answer = another_worker_takes_over
    pull(desk.context, pubmed, batch_id)

    assert desk.sql("SELECT abstract FROM documents") == [("What the second worker saw.",)]
    assert desk.states() == {"pmid:1": ("fetched", "")}


def test_cancelled_items_stay_cancelled(desk: Desk, pubmed: FakePubmed) -> None:
    batch_id = desk.submit("1", "2")
    pubmed.records = {"1": article("1")}
    pubmed.before_answer = lambda: desk.cancel(batch_id)

    pull(desk.context, pubmed, batch_id)

    assert set(desk.states().values()) == {("cancelled", "")}
    assert desk.batch_state(batch_id) == "cancelled"


def test_text_that_postgresql_cannot_store_is_stored_with_its_offsets(desk: Desk, pubmed: FakePubmed) -> None:
    bad = "a\x00b\ud800c"
    pubmed.records = {"1": article("1", abstract=bad, journal=bad, sections=(Section(bad, bad),), authors=(bad,))}

    pull(desk.context, pubmed, desk.submit("1"))

    assert desk.sql("SELECT abstract, record->'sections'->0->>'text', record->'authors'->>0 FROM documents") == [
        ("a\ufffdb\ufffdc",) * 3
    ]


def test_one_record_that_the_database_refuses_fails_alone(desk: Desk, pubmed: FakePubmed) -> None:
    pubmed.records = {str(n): article(str(n)) for n in range(1, 5)}
    desk.sql("ALTER TABLE documents ADD CONSTRAINT refused CHECK (pmid <> '3')")

    pull(desk.context, pubmed, desk.submit("1", "2", "3", "4"))

    assert [state for state, _ in desk.states().values()] == ["fetched", "fetched", "failed", "fetched"]  # type: ignore[misc]
    assert "refused" in str(desk.states()["pmid:3"])


def test_a_version_number_beyond_all_bounds_is_cut(desk: Desk, pubmed: FakePubmed) -> None:
    pubmed.records = {"1": article("1", version=10**30)}
    for _ in range(2):
        pull(desk.context, pubmed, desk.submit("1", refresh=True))
    assert {state for state, _ in desk.states().values()} == {"fetched"}  # type: ignore[misc]

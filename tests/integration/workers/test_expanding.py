"""Steps become items, whole or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from dti.domain.jobs import BatchId
from dti.errors import RequestRefusedError, SourceUnavailableError
from dti.sources.eutils import DateRange, EutilsClient, Found, InProcessRateLimiter, Slice, Split
from tests.integration.workers.conftest import Desk, FakeBell, FakePubmed
from tests.ncbi_records import Corpus
from tests.ncbi_server import NcbiServer
from workers import expanding
from workers.expanding import expand

pytestmark = pytest.mark.integration

YEAR = Slice("statin", DateRange(date(2020, 1, 1), date(2020, 12, 31)), 12_000)
OLD = Slice("statin", DateRange(date(1990, 1, 1), date(2019, 12, 31)), 3)


def jsonl(*records: dict[str, str]) -> bytes:
    return b"\n".join(json.dumps(record).encode() for record in records)


def test_a_query_that_fits_becomes_items_once(desk: Desk, pubmed: FakePubmed) -> None:
    batch_id = desk.submit("7", query="statin")
    pubmed.slices = {"statin": Found(Slice("statin"), 3, ("7", "8", "9"), ("phrase not found: x",), "one is missing")}

    expand(desk.context, pubmed, batch_id)

    assert list(desk.states()) == ["pmid:7", "pmid:8", "pmid:9"]
    assert desk.sql("SELECT state, reason FROM steps") == [("done", "one is missing; phrase not found: x")]
    assert desk.batch_state(batch_id) == "running"
    assert "pull" in desk.bell.heard()


def test_a_query_that_is_too_big_is_split_until_it_fits(desk: Desk, pubmed: FakePubmed) -> None:
    batch_id = desk.submit(query="statin")
    pubmed.slices = {
        "statin": Split(Slice("statin"), 12_003, (OLD, YEAR)),
        str(OLD.dates): Found(OLD, 3, ("1", "2", "3")),
        str(YEAR.dates): Found(YEAR, 2, ("3", "4")),
    }

    for _ in range(3):
        assert desk.batch_state(batch_id) == "pending"
        expand(desk.context, pubmed, batch_id)

    assert list(desk.states()) == ["pmid:1", "pmid:2", "pmid:3", "pmid:4"]
    assert desk.sql("SELECT payload->>'first', state FROM steps ORDER BY id") == [
        (None, "done"),
        ("1990-01-01", "done"),
        ("2020-01-01", "done"),
    ]


def test_a_search_that_finds_nothing_finishes_the_batch(desk: Desk, pubmed: FakePubmed) -> None:
    batch_id = desk.submit(query="statin")
    pubmed.slices = {"statin": Found(Slice("statin"), 0, ())}
    expand(desk.context, pubmed, batch_id)
    assert desk.batch_state(batch_id) == "finished"


@pytest.mark.parametrize(
    ("error", "state"),
    [(SourceUnavailableError("502"), ("pending", "502")), (RequestRefusedError("syntax error"), ("failed", "syntax error"))],
)
def test_a_failed_search_is_put_back_or_failed(desk: Desk, pubmed: FakePubmed, error: Exception, state: object) -> None:
    batch_id = desk.submit(query="statin")
    pubmed.error = error
    expand(desk.context, pubmed, batch_id)
    assert desk.sql("SELECT state, reason FROM steps") == [state]


def test_a_cancelled_search_adds_no_items(desk: Desk, pubmed: FakePubmed) -> None:
    batch_id = desk.submit(query="statin")
    pubmed.slices = {"statin": Found(Slice("statin"), 1, ("1",))}
    pubmed.before_answer = lambda: desk.cancel(batch_id)
    expand(desk.context, pubmed, batch_id)
    assert desk.states() == {}


def test_an_upload_becomes_documents_and_its_faults_failed_items(desk: Desk, pubmed: FakePubmed) -> None:
    content = jsonl(
        {"id": "a", "title": "T", "abstract": "The target ABL1 binds."}, {"pmid": "12", "title": "Only a title"}, {"id": "b"}
    )
    batch_id = desk.upload("mine.jsonl", content)

    expand(desk.context, pubmed, batch_id)

    own, known, fault = desk.states().items()
    assert str(own[0]).startswith("file:")
    assert str(own[0]).endswith("/a")
    assert own[1] == ("fetched", "")
    assert known == ("pmid:12", ("no_abstract", ""))
    assert str(fault[0]).startswith("fault:")
    assert fault[1] == ("failed", "mine.jsonl:3: the object has neither a title nor an abstract")
    assert desk.sql("SELECT state FROM steps") == [("done",)]
    assert "extract" in desk.bell.heard()


def test_the_same_ids_in_two_files_are_two_documents(desk: Desk, pubmed: FakePubmed) -> None:
    for text in ("first", "second"):
        expand(desk.context, pubmed, desk.upload("mine.jsonl", jsonl({"id": "1", "title": text, "abstract": text})))
    assert desk.sql("SELECT abstract FROM documents ORDER BY id") == [("first",), ("second",)]


def test_a_file_that_nobody_can_read_fails_its_step(desk: Desk, pubmed: FakePubmed) -> None:
    batch_id = desk.upload("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    expand(desk.context, pubmed, batch_id)
    [(state, reason)] = desk.sql("SELECT state, reason FROM steps")
    failed = [outcome for outcome in desk.states().values() if outcome[0] == "failed"]  # type: ignore[index]
    assert (state == "failed" and reason) or failed
    assert desk.batch_state(batch_id) == "finished"


def test_one_record_that_the_database_refuses_fails_alone(desk: Desk, pubmed: FakePubmed) -> None:
    desk.sql("ALTER TABLE documents ADD CONSTRAINT refused CHECK (title <> 'T3')")
    records = [{"id": str(n), "title": f"T{n}", "abstract": "text"} for n in range(6)]

    expand(desk.context, pubmed, desk.upload("mine.jsonl", jsonl({"id": "broken"}, *records)))

    states = list(desk.states().values())
    assert [state for state, _ in states] == ["failed", "fetched", "fetched", "fetched", "failed", "fetched", "fetched"]  # type: ignore[misc]
    assert "refused" in str(states[4])


def test_an_upload_that_was_interrupted_is_read_again_without_duplicates(
    desk: Desk, pubmed: FakePubmed, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [{"id": str(n), "title": f"T{n}", "abstract": "text"} for n in range(5)]
    batch_id = desk.upload("mine.jsonl", jsonl(*records, {"id": "broken"}))
    monkeypatch.setattr(expanding, "_CHUNK", 2)
    complete = desk.context.bell

    class DiesAfterTheFirstChunk(FakeBell):
        def extract(self, batch_id: BatchId) -> None:
            raise KeyboardInterrupt(batch_id)

    with pytest.raises(KeyboardInterrupt):
        expand(replace(desk.context, bell=DiesAfterTheFirstChunk()), pubmed, batch_id)
    assert len(desk.states()) == 2
    expand(replace(desk.context, bell=complete), pubmed, batch_id)
    assert len(desk.states()) == 2, "the step is still held"

    desk.lose_leases()
    expand(desk.context, pubmed, batch_id)
    assert [state for state, _ in desk.states().values()] == ["fetched"] * 5 + ["failed"]  # type: ignore[misc]
    assert desk.sql("SELECT count(*) FROM documents") == [(5,)]


def test_a_search_larger_than_pubmed_delivers_is_complete(desk: Desk) -> None:
    corpus = Corpus(articles=21_000, per_day=100)
    batch_id = desk.submit(query="all[sb]")
    with NcbiServer(corpus) as ncbi, eutils(ncbi.url) as client:
        while desk.batch_state(batch_id) == "pending":
            expand(desk.context, client, batch_id)
    assert desk.sql("SELECT count(*), count(DISTINCT key), min(key), max(key) FROM items") == [
        (21_000, 21_000, f"pmid:{corpus.pmids[0]}", f"pmid:{corpus.pmids[-1]}")
    ]
    assert len(desk.sql("SELECT 1 FROM steps")) > 3


def eutils(url: str) -> EutilsClient:
    return EutilsClient(base_url=url, tool="dti", email="tests@example.org", limiter=InProcessRateLimiter(1000))


def test_a_step_that_passed_to_another_worker_is_let_go(desk: Desk, pubmed: FakePubmed) -> None:
    batch_id = desk.submit(query="statin")
    pubmed.slices = {"statin": Found(Slice("statin"), 1, ("1",))}

    def another_worker_is_faster() -> None:
        desk.lose_leases()
        expand(desk.context, FakePubmed(slices={"statin": Found(Slice("statin"), 1, ("2",))}), batch_id)

    pubmed.before_answer = another_worker_is_faster
    expand(desk.context, pubmed, batch_id)
    assert list(desk.states()) == ["pmid:2"]

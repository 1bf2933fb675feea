"""Fakes that implement what the workers need, over a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from db.engine import SessionFactory
from db.repository import batches, uploads
from dti.domain.documents import Document
from dti.domain.evidence import Claim, Evidence, Extraction, Outcome, Polarity, Span
from dti.domain.identity import Run
from dti.domain.jobs import Backoff, BatchId, BatchRequest
from dti.domain.self_training import SelfTrainingId
from dti.domain.triplets import Triplet
from dti.sources.eutils import FetchFault, FetchResult, Found, Slice, Split
from workers.context import Context, Terms

RUN = Run("fake", "0" * 64, "test")


@dataclass
class FakeBell:
    """Remembers who was rung for."""

    rung: list[tuple[str, str]] = field(default_factory=list)

    def expand(self, batch_id: BatchId) -> None:
        self.rung.append(("expand", batch_id))

    def pull(self, batch_id: BatchId) -> None:
        self.rung.append(("pull", batch_id))

    def extract(self, batch_id: BatchId) -> None:
        self.rung.append(("extract", batch_id))

    def self_train(self, run_id: SelfTrainingId) -> None:
        self.rung.append(("self_train", run_id))

    def heard(self) -> list[str]:
        """What was rung since the last call."""
        kinds = [kind for kind, _ in self.rung]
        self.rung.clear()
        return kinds


@dataclass
class FakePubmed:
    """Knows `records`; `error` is raised by the next call, `before_answer` runs while a request is under way."""

    records: dict[str, Document] = field(default_factory=dict)
    faulty: dict[str, str] = field(default_factory=dict)
    slices: dict[str, Found | Split] = field(default_factory=dict)
    error: Exception | None = None
    before_answer: Callable[[], object] = lambda: None
    asked: list[str] = field(default_factory=list)

    def fetch(self, pmids: Iterable[str]) -> FetchResult:
        wanted = list(pmids)
        self.asked += wanted
        self._fail()
        self.before_answer()
        known = tuple(self.records[pmid] for pmid in wanted if pmid in self.records)
        faults = tuple(FetchFault(pmid, self.faulty[pmid]) for pmid in wanted if pmid in self.faulty)
        return FetchResult(known, tuple(pmid for pmid in wanted if pmid not in self.records | self.faulty), faults)

    def search_slice(self, part: Slice) -> Found | Split:
        self._fail()
        self.before_answer()
        return self.slices[str(part.dates or part.term)]

    def _fail(self) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error


@dataclass
class FakeExtractor:
    """Finds "imatinib inhibits" the word after "target" in every text; dies of texts with the word "poison"."""

    run: Run = RUN
    batches: list[list[str]] = field(default_factory=list)
    before_answer: Callable[[], object] = lambda: None

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        self.batches.append([document.id for document in documents])
        if any("poison" in document.text for document in documents):
            raise RuntimeError("the engine broke")
        self.before_answer()
        return [self._one(document) for document in documents]

    def _one(self, document: Document) -> Extraction:
        name = document.text.partition("target ")[2].partition(" ")[0]
        if not name:
            return Extraction(document, self.run, Outcome.NO_TRIPLET, reason="the model states no interaction")
        start = document.text.index(name)
        evidence = Evidence(document.text, Span(0, len(document.text)), None, Span(start, start + len(name)), Polarity.AFFIRMED)
        claim = Claim(Triplet("imatinib", "inhibitor", name), 0.9, evidence)
        return Extraction(document, self.run, Outcome.EXTRACTED, (claim,))


def article(pmid: str, abstract: str = "A target ABL1 here.", **fields: object) -> Document:
    return Document(source="pmid", id=pmid, pmid=pmid, title="About imatinib.", abstract=abstract, **fields)  # type: ignore[arg-type]


@dataclass
class Desk:
    """A context with its fakes, and short ways to look at the result."""

    context: Context
    bell: FakeBell

    def submit(self, *pmids: str, query: str = "", refresh: bool = False) -> BatchId:
        with self.context.unit() as unit:
            batch_id, _ = batches.submit(unit.session, BatchRequest(pmids=pmids, query=query, refresh=refresh))
            unit.commit()
        return batch_id

    def upload(self, name: str, content: bytes) -> BatchId:
        with self.context.unit() as unit:
            request = BatchRequest(uploads=(uploads.store(unit.session, name, content),))
            batch_id, _ = batches.submit(unit.session, request)
            unit.commit()
        return batch_id

    def cancel(self, batch_id: BatchId) -> None:
        with self.context.unit() as unit:
            batches.cancel(unit.session, batch_id)
            unit.commit()

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with self.context.unit() as unit:
            rows = unit.session.execute(text(statement))
            found = [tuple(row) for row in rows] if rows.returns_rows else []  # type: ignore[attr-defined]
            unit.commit()
        return found

    def states(self) -> dict[object, object]:
        return {key: (state, reason) for key, state, reason in self.sql("SELECT key, state, reason FROM items ORDER BY id")}

    def batch_state(self, batch_id: BatchId) -> object:
        return dict(self.sql("SELECT id, state FROM batches"))[batch_id]  # type: ignore[arg-type]

    def lose_leases(self) -> None:
        """As if time had passed since a worker died."""
        self.sql("UPDATE items SET lease_until = now() - interval '1 s' WHERE lease IS NOT NULL")
        self.sql("UPDATE steps SET lease_until = now() - interval '1 s' WHERE lease IS NOT NULL")


@pytest.fixture
def desk(session_factory: SessionFactory) -> Desk:
    bell = FakeBell()
    terms = Terms(lease_seconds=60, max_attempts=3, pull_chunk=4, extract_chunk=4, backoff=Backoff(10, 20, 3))
    return Desk(Context(session_factory, bell, terms), bell)


@pytest.fixture
def pubmed() -> FakePubmed:
    return FakePubmed()


@pytest.fixture
def extractor() -> FakeExtractor:
    return FakeExtractor()

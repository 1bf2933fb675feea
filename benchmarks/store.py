"""Writes of the knowledge base: COPY into staging and INSERT ... ON CONFLICT, against SQLAlchemy's `Session.add_all`.

Both write the same rows into the same tables of the same embedded PostgreSQL, constraints and indexes included, and
commit. `add_all` is the weaker one: it fails on rows that are there already, where ours does nothing.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks._knowledge_base import knowledge_base
from benchmarks._report import Measurement, Report, publish
from db import models
from db.engine import SessionFactory, make_session_factory
from db.mapping import claim_rows, content_sha256, document_row
from db.repository import batches, documents, extractions
from db.repository.extractions import Result
from dti.domain.documents import Document, MeshHeading, Section
from dti.domain.evidence import Claim, Evidence, Extraction, Outcome, Polarity, Span
from dti.domain.identity import Run
from dti.domain.jobs import BatchRequest
from dti.domain.triplets import Triplet

_ROUNDS = 3
_DOCUMENTS = 3_000
_CLAIMS_EACH = 3
_RUN = Run("benchmark", "0" * 64, "1")
_TEXT = "A sentence about a drug that inhibits a target in cells of the rat. " * 20
_EMPTY = "TRUNCATE batches, items, documents, triplets, evidence, extractions, runs, names, changes RESTART IDENTITY CASCADE"

Write = Callable[[Session], object]


def main() -> Report:
    """Measure both in turns on one server, and report the medians."""
    with knowledge_base() as engine:
        rows = _measure(make_session_factory(engine))
    return Report("store", tuple(rows), {"documents": _DOCUMENTS, "claims": _DOCUMENTS * _CLAIMS_EACH, "rounds": _ROUNDS})


def _measure(sessions: SessionFactory) -> list[Measurement]:
    literature = [_document(number) for number in range(_DOCUMENTS)]
    pmids = tuple(str(number + 1) for number in range(_DOCUMENTS))
    request = BatchRequest(pmids=pmids)
    found = [
        Result(number + 1, content_sha256(document), _extraction(document, number))
        for number, document in enumerate(literature)
    ]

    def stored(session: Session) -> None:
        documents.upsert(session, literature)

    def recorded(session: Session) -> None:
        extractions.record(session, _RUN, found)

    def recorded_once(session: Session) -> None:
        stored(session)
        recorded(session)

    cases: list[tuple[str, int, Write, Write, Write]] = [
        ("items of a batch", _DOCUMENTS, _nothing, lambda s: batches.submit(s, request), lambda s: _add_items(s, pmids)),
        ("documents", _DOCUMENTS, _nothing, stored, lambda s: _add_documents(s, literature)),
        ("triplets and evidence", _DOCUMENTS * _CLAIMS_EACH, stored, recorded, lambda s: _add_evidence(s, found)),
    ]
    rows = []
    for name, number, before, ours, theirs in cases:
        rates = [(_rate(sessions, number, before, ours), _rate(sessions, number, before, theirs)) for _ in range(_ROUNDS)]
        mine, other = (statistics.median(column) for column in zip(*rates, strict=True))
        rows.append(Measurement(name, mine, "rows/s", "ORM add_all", other))
    replayed = statistics.median(_rate(sessions, _DOCUMENTS * _CLAIMS_EACH, recorded_once, recorded) for _ in range(_ROUNDS))
    rows.append(Measurement("evidence that is there already", replayed, "rows/s", "writing it first", rows[-1].value))
    return rows


def _rate(sessions: SessionFactory, number: int, before: Write, write: Write) -> float:
    """Rows per second of one write and its commit, on empty tables but for what `before` wrote."""
    with sessions.begin() as session:
        session.execute(text(_EMPTY))
        before(session)
    begin = time.perf_counter()
    with sessions.begin() as session:
        write(session)
    return number / (time.perf_counter() - begin)


def _nothing(session: Session) -> None:
    """No rows are needed."""


def _document(number: int) -> Document:
    return Document(
        source="pmid",
        id=str(number + 1),
        pmid=str(number + 1),
        title=f"Title {number}",
        abstract=_TEXT,
        sections=(Section(_TEXT, "RESULTS", "RESULTS"),),
        journal="Journal",
        published="2020-01-01",
        mesh=tuple(MeshHeading(f"D{n:06}", f"Heading {n}", qualifiers=("metabolism",)) for n in range(12)),
    )


def _extraction(document: Document, number: int) -> Extraction:
    evidence = Evidence(_TEXT[:68], Span(0, 68), Span(19, 23), Span(41, 47), Polarity.AFFIRMED)
    triplets = (Triplet(f"drug {number % 500}", "inhibitor", f"target {number % 700} {n}") for n in range(_CLAIMS_EACH))
    return Extraction(document, _RUN, Outcome.EXTRACTED, tuple(Claim(triplet, 0.9, evidence) for triplet in triplets))


def _add_items(session: Session, pmids: tuple[str, ...]) -> None:
    session.add(models.Batch(id="b", request={}))
    session.flush()
    session.add_all(models.Item(batch_id="b", key=f"pmid:{pmid}") for pmid in pmids)


def _add_documents(session: Session, literature: list[Document]) -> None:
    rows = [document_row(document)._asdict() for document in literature]
    session.add_all(models.Document(**row | {"record": json.loads(row["record"])}) for row in rows)


def _add_evidence(session: Session, found: list[Result]) -> None:
    session.add(models.Run(id=_RUN.id, model=_RUN.model, checkpoint_sha256=_RUN.checkpoint_sha256, code_version="1"))
    claims = [row._asdict() for result in found for row in claim_rows(result.document_id, result.extraction)]
    kept = {column.key for column in models.Triplet.__table__.columns}
    triplets = {row["key"]: models.Triplet(**{name: row[name] for name in row.keys() & kept}) for row in claims}
    session.add_all(triplets.values())
    session.flush()
    kept = {column.key for column in models.Evidence.__table__.columns}
    evidence = [{name: row[name] for name in row.keys() & kept} | {"triplet_id": triplets[row["key"]].id} for row in claims]
    session.add_all(models.Evidence(**row) for row in evidence)
    done = {"run_id": _RUN.id, "content_sha256": "c", "outcome": "extracted"}
    session.add_all(models.Extraction(document_id=result.document_id, **done) for result in found)


if __name__ == "__main__":
    publish(main())

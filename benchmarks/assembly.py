"""The knowledge base at scale: the commonest queries with cold plans, and one day's beliefs, against the goals of issue 4.

A tenth of the size by default; `python -m benchmarks.assembly --full` takes 5 million evidence rows over 1 million triplets.
Drugs, targets and triplets are drawn with a skew, so some have thousands of rows, and requests are drawn like evidence, so
those are asked for most. Plans go to build/bench/assembly_plans.txt.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from benchmarks._knowledge_base import knowledge_base
from benchmarks._report import OUTPUT, Measurement, Report, publish
from db.engine import SessionFactory, make_session_factory
from db.queries import names, triplets
from db.queries.paging import PageRequest
from db.queries.triplets import TripletFilter, TripletOrder
from db.repository import beliefs

_TRIPLETS = 1_000_000
_EVIDENCE_EACH = 5
_SHARE = 10  # of the full size, by default
_REQUESTS = 200
_DAY = 15_000  # evidence rows: what 5,000 new papers bring
_GOALS = {"median": 20.0, "p99": 100.0}
_GOAL_SECONDS = 60.0

_TABLES = "'documents', 'triplets', 'evidence', 'names'"
_INDEXES = f"""
SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({_TABLES})
AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""  # noqa: S608 - constant
_FILL = (
    """
    INSERT INTO runs (id, model, checkpoint_sha256, code_version)
    SELECT 'run' || n, 'model', 'c', '1' FROM generate_series(0, 9) n
    """,
    """
    INSERT INTO documents (key, pmid, title, abstract, journal, published, status, record, content_sha256, authors)
    SELECT 'pmid:' || n, n, 'Title ' || n, 'An abstract.', 'J', (1980 + n % 45)::text, 'ok', '{}', 'c',
        ARRAY['author ' || n % 50000, 'author ' || n % 70001, 'author ' || n % 90001]
    FROM generate_series(1, :documents) n
    """,
    """
    INSERT INTO triplets (key, drug, interaction, target, drug_name, interaction_name, target_name, interaction_type,
        direction, belief, support, paper_count, grounded, believed_at)
    SELECT n, drug, 'inhibitor', target, drug, 'inhibitor', target, 'inhibitor', 'inhibitory',
        belief, belief, 1, n % 10 > 0, now()
    FROM (SELECT n, 'drug ' || floor(20000 * power(random(), 3)) AS drug,
              'target ' || floor(5000 * power(random(), 2)) AS target,
              CASE WHEN n % 10 > 0 THEN 0.9 * random() ELSE 0 END AS belief
          FROM generate_series(1, :triplets) n) AS drawn
    """,
    """
    INSERT INTO evidence (triplet_id, document_id, run_id, confidence, polarity, sentence,
        drug_start, drug_end, target_start, target_end)
    SELECT triplet, 1 + n::bigint * 7919 % :documents, 'run' || n / :documents, random(), 'affirmed',
        'In word' || n % 30011 || ' cells of the rat this drug inhibits its target with potency ' || n % 1009 || ' as shown.',
        spot, spot + 5, spot + 9, spot + 15
    FROM (SELECT n, triplet, CASE WHEN triplet % 10 > 0 THEN 30 END AS spot FROM (
            SELECT n, CASE WHEN n <= :triplets THEN n ELSE 1 + floor(:triplets * power(random(), 2))::integer END AS triplet
            FROM generate_series(1, :evidence) n) AS drawn) AS placed
    """,
    """
    INSERT INTO names (kind, folded, name)
    SELECT DISTINCT 'drug', drug_name, drug FROM triplets UNION SELECT DISTINCT 'target', target_name, target FROM triplets
    """,
)
_NEW_DAY = """
WITH added AS (
  INSERT INTO evidence (triplet_id, document_id, run_id, confidence, polarity, sentence, drug_start, target_start)
  SELECT 1 + floor(:triplets * power(random(), 2))::integer, 1 + n % :documents, 'run9', random(), 'affirmed', 'New.', 0, 5
  FROM generate_series(1, :rows) n ON CONFLICT DO NOTHING RETURNING triplet_id)
INSERT INTO stale_beliefs (triplet_id) SELECT DISTINCT triplet_id FROM added
"""
_SAMPLE = """
SELECT t.id, t.drug, t.target, d.pmid FROM evidence e
JOIN triplets t ON t.id = e.triplet_id JOIN documents d ON d.id = e.document_id
WHERE e.id = ANY(:ids) AND t.grounded
"""
_PAGE = PageRequest(50)

Ask = Callable[[Session, Any], object]


def main(*, full: bool = False) -> Report:
    """Fill a knowledge base of its own, ask it, and bring a day's beliefs up to date."""
    count = _TRIPLETS if full else _TRIPLETS // _SHARE
    size = {"triplets": count, "evidence": _EVIDENCE_EACH * count, "documents": _EVIDENCE_EACH * count // 3}
    with knowledge_base() as engine:
        _fill(engine, size)
        rows = [*_queries(engine, size), *_day(make_session_factory(engine), size)]
    return Report("assembly", tuple(rows), size | {"requests": _REQUESTS, "new evidence": _DAY})


def _fill(engine: Engine, size: dict[str, int]) -> None:
    """Rows first, indexes afterwards; foreign keys hold by construction."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        indexes = connection.execute(text(_INDEXES)).all()
        for name, _ in indexes:
            connection.execute(text(f'DROP INDEX "{name}"'))
        for statement in _FILL:
            connection.execute(text(statement), size)
        for _, definition in indexes:
            connection.execute(text(definition))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _queries(engine: Engine, size: dict[str, int]) -> list[Measurement]:
    sessions = make_session_factory(engine)
    by_belief = TripletOrder.BELIEF
    asks: dict[str, Ask] = {
        "by drug": lambda s, row: triplets.find(s, TripletFilter(drug=row.drug), _PAGE, by_belief),
        "by target": lambda s, row: triplets.find(s, TripletFilter(target=row.target), _PAGE, by_belief),
        "by pair": lambda s, row: triplets.find(s, TripletFilter(drug=row.drug, target=row.target), _PAGE, by_belief),
        "by paper": lambda s, row: triplets.find(s, TripletFilter(pmid=row.pmid), _PAGE),
        "most believed": lambda s, _: triplets.find(s, TripletFilter(), _PAGE, by_belief),
        "evidence of one": lambda s, row: triplets.evidence(s, row.id, _PAGE),
        "words": lambda s, row: triplets.find(s, TripletFilter(words=f"word{row.id % 30011} rat"), _PAGE),
        "completion": lambda s, row: names.complete(s, row.drug[:-1]),
    }
    rows: list[Measurement] = []
    plans: list[str] = []
    sample = _sample(sessions, size)
    for name, ask in asks.items():
        with _cold(sessions) as session, _explained(engine, name, plans) as explain:
            explain(session, lambda s, ask=ask: ask(s, sample[0]))  # type: ignore[misc] # mypy cannot infer lambda defaults
            rows += _timed(name, session, ask, sample)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "assembly_plans.txt").write_text("\n\n".join(plans) + "\n", encoding="utf-8")
    return rows


def _sample(sessions: SessionFactory, size: dict[str, int]) -> list[Any]:
    drawn = random.Random(7).sample(range(1, size["evidence"]), 2 * _REQUESTS)  # noqa: S311 - chooses rows, protects nothing
    with sessions() as session:
        return list(session.execute(text(_SAMPLE), {"ids": drawn}))[:_REQUESTS]


@contextmanager
def _cold(sessions: SessionFactory) -> Iterator[Session]:
    """A session whose every statement is planned anew."""
    with sessions() as session:
        driver = session.connection().connection.driver_connection
        driver.prepare_threshold = None  # type: ignore[union-attr] # psycopg's
        yield session


def _timed(name: str, session: Session, ask: Ask, sample: list[Any]) -> list[Measurement]:
    times = []
    for row in sample:
        session.expunge_all()
        begin = time.perf_counter()
        ask(session, row)
        times.append(1000 * (time.perf_counter() - begin))
    figures = {"median": statistics.median(times), "p99": statistics.quantiles(times, n=100)[-1]}
    return [
        Measurement(f"{name}, {figure}", value, "ms", "goal of issue 4", _GOALS[figure], higher_is_better=False)
        for figure, value in figures.items()
    ]


@contextmanager
def _explained(engine: Engine, name: str, plans: list[str]) -> Iterator[Callable[[Session, Callable[[Session], object]], None]]:
    """Gives a function that runs a query once and adds the plan of each of its statements to `plans`."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: object) -> None:
        seen.append((statement, parameters))

    def explain(session: Session, query: Callable[[Session], object]) -> None:
        event.listen(engine, "before_cursor_execute", note)
        query(session)
        event.remove(engine, "before_cursor_execute", note)
        connection = session.connection()
        for statement, parameters in seen:
            lines = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters).scalars()
            plans.append(f"-- {name}\n{statement}\n" + "\n".join(lines))

    yield explain


def _day(sessions: SessionFactory, size: dict[str, int]) -> list[Measurement]:
    """Seconds until the beliefs of all triplets that a day's evidence touches are stored again."""
    with sessions.begin() as session:
        session.execute(text(_NEW_DAY), {"rows": _DAY, "triplets": size["triplets"], "documents": size["documents"]})
    begin, recomputed = time.perf_counter(), 1
    while recomputed:
        with sessions.begin() as session:
            recomputed = beliefs.recompute(session)
    seconds = time.perf_counter() - begin
    return [Measurement("beliefs of one day", seconds, "s", "goal of issue 4", _GOAL_SECONDS, higher_is_better=False)]


if __name__ == "__main__":
    publish(main(full="--full" in sys.argv[1:]))

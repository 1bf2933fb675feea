"""kill -9 of the worker, of Redis (restarted empty) and of the API while a batch of 2,000 documents runs."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text

from db.engine import make_engine
from db.schema import upgrade
from tests.ncbi_records import Corpus, Kind, kind_of
from tests.ncbi_server import NcbiServer
from tests.programs import Program, Restarter, free_port, wait_for
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.redis_server import EmbeddedRedis

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

DOCUMENTS = 2_000
SEED = 20_261_122
KILLS_EACH = 2
READ = {"extracted", "no_triplet"}
EXPECTED = {
    Kind.ARTICLE: READ,
    Kind.BOOK: READ,
    Kind.FRENCH: READ | {"skipped"},
    Kind.RETRACTED: {"skipped"},
    Kind.NO_ABSTRACT: {"no_abstract"},
}


@dataclass
class Site:
    """Everything that runs, and how to kill it."""

    engine: Engine
    redis: EmbeddedRedis
    programs: dict[str, Program]
    url: str
    random: random.Random

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def kill_worker(self) -> None:
        self.programs["worker"].kill()

    def kill_worker_child(self) -> None:
        number = self.random.randrange(2)
        wait_for(lambda: self.programs["worker"].kill_child(number), seconds=60, what="a child of the worker")

    def kill_redis(self) -> None:
        assert self.redis.pid is not None
        os.kill(self.redis.pid, signal.SIGKILL)
        wait_for(lambda: not self.redis.alive, seconds=5, what="the end of Redis")
        self.redis.stop()
        time.sleep(self.random.uniform(0, 1.5))
        self.redis.start()

    def kill_api(self) -> None:
        self.programs["api"].kill()

    def submit(self, pmids: list[str]) -> str:
        wait_for(self._ready, seconds=60, what="the API")
        answer = httpx.post(f"{self.url}/v1/batches", json={"pmids": pmids}, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def state(self, batch_id: str) -> str:
        """As the API says; "" while it is away."""
        try:
            answer = httpx.get(f"{self.url}/v1/batches/{batch_id}")
        except httpx.TransportError:
            return ""
        return str(answer.json()["state"]) if answer.is_success else ""

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz").is_success
        except httpx.TransportError:
            return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    # PostgreSQL runs as another user under root, and pytest's folders are closed to others.
    with tempfile.TemporaryDirectory(prefix="dti-tests-") as folder, NcbiServer(Corpus(articles=DOCUMENTS)) as ncbi:
        postgres, redis = EmbeddedPostgres(Path(folder) / "postgres"), EmbeddedRedis(Path(folder) / "redis")
        postgres.start()
        redis.start()
        upgrade(postgres.url)
        port = free_port()
        environment = {
            "DTI_DATABASE_URL": postgres.url,
            "DTI_BROKER_URL": redis.url,
            "DTI_NCBI_BASE_URL": ncbi.url,
            "DTI_NCBI_EMAIL": "tests@example.org",
            "DTI_NCBI_API_KEY": "key",
            "DTI_LEASE_SECONDS": "5",
            "DTI_RECONCILE_SECONDS": "2",
            "DTI_PULL_CHUNK": "100",
            "DTI_EXTRACT_CHUNK": "32",
        }
        arguments = {
            "worker": ("worker", "--concurrency", "2"),
            "beat": ("worker", "--beat"),
            "api": ("serve", "--port", str(port)),
        }
        programs = {
            name: Program(*argv, environment=environment, log=tmp_path / f"{name}.log") for name, argv in arguments.items()
        }
        engine = make_engine(postgres.url)
        chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
        try:
            with Restarter(programs.values(), pause=lambda: chance.uniform(0, 1.5)):
                yield Site(engine, redis, programs, f"http://127.0.0.1:{port}", chance)
        finally:
            engine.dispose()
            redis.stop()
            postgres.stop()


@pytest.mark.timeout(600)  # a loaded machine; two free cores need about a minute
def test_killing_anything_at_any_moment_loses_nothing_and_doubles_nothing(site: Site) -> None:
    pmids = [str(pmid) for pmid in Corpus(articles=DOCUMENTS).pmids]
    batch_id = site.submit(pmids)
    wait_for(lambda: bool(site.sql("SELECT 1 FROM extractions LIMIT 1")), seconds=60, what="the first extraction")

    kills: list[Callable[[], None]] = [site.kill_worker, site.kill_worker_child, site.kill_redis, site.kill_api] * KILLS_EACH
    site.random.shuffle(kills)
    for kill in kills:
        time.sleep(site.random.uniform(0.2, 1.5))
        assert site.state(batch_id) != "finished", "the batch was over before everything had been killed"
        kill()

    wait_for(lambda: site.state(batch_id) == "finished", seconds=420, what="the end of the batch", pause=0.5)
    _assert_each_document_once(site)
    before = site.sql("SELECT count(*), max(id) FROM evidence")

    again = site.submit(pmids)
    wait_for(lambda: site.state(again) == "finished", seconds=120, what="the end of the second batch", pause=0.5)
    assert site.sql("SELECT count(*), max(id) FROM evidence") == before


def _assert_each_document_once(site: Site) -> None:
    items = site.sql("SELECT key, state, reason, document_id FROM items")
    states = {int(str(key).removeprefix("pmid:")): (str(state), reason) for key, state, reason, _ in items}
    assert len(items) == len(states) == DOCUMENTS
    wrong = {pmid: state for pmid, state in states.items() if state[0] not in EXPECTED[kind_of(pmid)]}
    assert not wrong
    assert len({document_id for *_, document_id in items}) == DOCUMENTS
    assert site.sql("SELECT count(*) FROM documents") == [(DOCUMENTS,)]

    assert len(site.sql("SELECT id FROM runs")) == 1
    outcomes = Counter(outcome for (outcome,) in site.sql("SELECT outcome FROM extractions"))
    read = Counter(state for state, _ in states.values() if state in READ)
    assert {outcome: outcomes[outcome] for outcome in READ} == {outcome: read[outcome] for outcome in READ}
    assert site.sql("SELECT triplet_id, document_id, run_id FROM evidence GROUP BY 1, 2, 3 HAVING count(*) > 1") == []
    with_evidence = site.sql(
        "SELECT x.outcome, e.document_id IS NOT NULL AS supported FROM extractions x"
        " LEFT JOIN evidence e ON e.document_id = x.document_id AND e.run_id = x.run_id GROUP BY 1, 2"
    )
    assert all(supported == (outcome == "extracted") for outcome, supported in with_evidence)

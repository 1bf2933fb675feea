"""Documents, extractions, migrations, the unit of work and locks on a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

from db.cli import db
from db.engine import SessionFactory, make_engine, make_session_factory
from db.locks import advisory_lock
from db.mapping import content_sha256
from db.repository import documents, extractions
from db.repository.extractions import Result
from db.schema import check_agreement, upgrade
from db.unit_of_work import UnitOfWork
from dti.domain.documents import Document
from dti.domain.evidence import Claim, Evidence, Extraction, Outcome
from dti.domain.identity import Run
from dti.domain.triplets import Triplet
from dti.errors import ConflictError, SettingsError, StoreError, StoreUnavailableError

pytestmark = pytest.mark.integration

RUN = Run("model", "0" * 64, "1.0")


def article(number: int, abstract: str = "text", **fields: object) -> Document:
    return Document(source="pmid", id=str(number), pmid=str(number), title="T", abstract=abstract, **fields)  # type: ignore[arg-type]


def abstracts(unit: UnitOfWork) -> list[str]:
    return list(unit.session.scalars(text("SELECT abstract FROM documents ORDER BY id")))


CONTENT = content_sha256(article(1))


def result(document_id: int, *names: str, content: str = CONTENT) -> Result:
    claims = tuple(Claim(Triplet("drug", "inhibitor", name), 0.5, Evidence()) for name in names)
    outcome = Outcome.EXTRACTED if claims else Outcome.NO_TRIPLET
    return Result(document_id, content, Extraction(article(1), RUN, outcome, claims))


def test_models_and_migrations_agree(database_url: str) -> None:
    check_agreement(database_url)


def test_disagreement_is_found(database_url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE items DROP COLUMN deferrals"))
    with pytest.raises(ConflictError, match="deferrals"):
        check_agreement(database_url)


def test_migrating_twice_at_once_is_harmless(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    engine.dispose()
    code = "import sys; from db.schema import upgrade; upgrade(sys.argv[1])"
    processes = [subprocess.Popen([sys.executable, "-c", code, database_url]) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    check_agreement(database_url)


def test_the_command_migrates_and_checks(database_url: str) -> None:
    for command in ("migrate", "check"):
        answer = CliRunner().invoke(db, ["--url", database_url, command])
        assert answer.exit_code == 0, answer.output


def test_help_needs_no_database_and_the_command_itself_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DTI_DATABASE_URL", raising=False)
    assert CliRunner().invoke(db, ["migrate", "--help"]).exit_code == 0
    assert isinstance(CliRunner().invoke(db, ["migrate"]).exception, SettingsError)


def test_a_url_of_another_kind_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"postgresql\+psycopg"):
        make_engine("sqlite://")


@pytest.mark.parametrize(
    ("newer", "replaces"),
    [
        (article(1, "new", revised="2021-01-01"), True),
        (article(1, "new", revised="2020-01-01"), True),
        (article(1, "new", revised="2019-01-01"), False),
        (article(1, "new", version=2), True),
        (article(1, "", deleted=True), True),
    ],
)
def test_a_newer_version_replaces_and_an_older_one_does_not(unit: UnitOfWork, newer: Document, *, replaces: bool) -> None:
    first = documents.upsert(unit.session, [article(1, "old", revised="2020-01-01")])
    second = documents.upsert(unit.session, [newer])
    assert abstracts(unit) == [newer.abstract if replaces else "old"]
    assert second["pmid:1"].id == first["pmid:1"].id
    assert second["pmid:1"].status == (newer.status if replaces else "ok")


def test_of_equal_keys_in_one_call_the_last_counts(unit: UnitOfWork) -> None:
    documents.upsert(unit.session, [article(1, "first"), article(2), article(1, "second")])
    assert sorted(abstracts(unit)) == ["second", "text"]
    assert documents.upsert(unit.session, []) == {}


def test_documents_come_back_whole(unit: UnitOfWork) -> None:
    document = article(1, "ABC", authors=("A",), languages=("eng",))
    [stored] = documents.upsert(unit.session, [document]).values()
    assert documents.load(unit.session, [stored.id])[stored.id].document == document


def test_recording_twice_changes_nothing(unit: UnitOfWork) -> None:
    stored = documents.upsert(unit.session, [article(1), article(2)])
    ids = [kept.id for kept in stored.values()]
    for _ in range(2):
        extractions.record(
            unit.session, RUN, [result(ids[0], "A", "B", "A"), result(ids[1], "B"), result(ids[0], "A", "B", "A")]
        )
    counts = unit.session.execute(
        text("SELECT (SELECT count(*) FROM triplets), (SELECT count(*) FROM evidence), (SELECT count(*) FROM extractions)")
    ).one()
    assert tuple(counts) == (2, 3, 2)


def test_outcomes_are_of_the_kept_version_and_forget_failures(unit: UnitOfWork) -> None:
    stored = documents.upsert(unit.session, [article(1), article(2), article(3)])
    one, two, three = (kept.id for kept in stored.values())
    content = {key: loaded.content_sha256 for key, loaded in documents.load(unit.session, [one, two, three]).items()}
    failed = Result(three, content[three], Extraction(article(3), RUN, Outcome.FAILED, reason="broke"))
    extractions.record(unit.session, RUN, [result(one, content=content[one]), result(two, content="older"), failed])
    assert extractions.outcomes(unit.session, RUN, [one, two, three]) == {one: (Outcome.NO_TRIPLET, "")}


def test_writers_of_the_same_rows_in_opposite_order_do_not_deadlock(session_factory: SessionFactory) -> None:
    start, errors = threading.Barrier(2), []
    with UnitOfWork(session_factory) as unit:
        ids = [kept.id for kept in documents.upsert(unit.session, map(article, range(20))).values()]
        unit.commit()

    def write(order: int) -> None:
        try:
            for turn in range(10):
                start.wait(30)
                with UnitOfWork(session_factory) as unit:
                    changed = [article(number, f"{turn} {order}", version=turn + 2) for number in range(20)]
                    documents.upsert(unit.session, changed[::order])
                    unit.commit()
                with UnitOfWork(session_factory) as unit:
                    kept = documents.load(unit.session, ids)
                    names = [f"{turn} {n}" for n in range(20)][::order]
                    found = [result(key, *names, content=kept[key].content_sha256) for key in ids]
                    extractions.record(unit.session, RUN, found[::order])
                    unit.commit()
        except (StoreError, threading.BrokenBarrierError) as error:
            errors.append(error)
            start.abort()

    threads = [threading.Thread(target=write, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def test_what_waits_for_the_commit_runs_once_after_it(session_factory: SessionFactory) -> None:
    seen: list[object] = []

    def look() -> None:
        with session_factory() as other:
            seen.append(other.scalar(text("SELECT count(*) FROM documents")))

    with UnitOfWork(session_factory) as unit:
        documents.upsert(unit.session, [article(1)])
        unit.after_commit(look)
        assert seen == []
        unit.commit()
        unit.commit()
    assert seen == [1]


def test_without_a_commit_nothing_is_stored_and_nothing_runs(session_factory: SessionFactory) -> None:
    seen: list[int] = []
    with UnitOfWork(session_factory) as unit:
        documents.upsert(unit.session, [article(1)])
        unit.after_commit(lambda: seen.append(1))
    with UnitOfWork(session_factory) as unit:
        assert abstracts(unit) == []
        unit.commit()
    assert seen == []


def test_errors_of_the_driver_get_our_names(session_factory: SessionFactory) -> None:
    def run(statement: str) -> None:
        with UnitOfWork(session_factory) as unit:
            unit.session.execute(text(statement))

    with pytest.raises(StoreError, match="division by zero"):
        run("SELECT 1/0")
    with pytest.raises(StoreUnavailableError):
        run("SELECT pg_terminate_backend(pg_backend_pid())")
    run("SELECT 1")  # the pool has noticed


def test_a_statement_that_hangs_is_ended(database_url: str) -> None:
    engine = make_engine(database_url, statement_timeout=0.2)
    with pytest.raises(StoreUnavailableError, match="statement timeout"), UnitOfWork(make_session_factory(engine)) as unit:
        unit.session.execute(text("SELECT pg_sleep(30)"))
    engine.dispose()


def test_an_advisory_lock_ends_with_its_process(database_url: str, session_factory: SessionFactory) -> None:
    code = (
        "import sys, time; from db.engine import *; from db.locks import advisory_lock\n"
        "with advisory_lock(make_session_factory(make_engine(sys.argv[1])), 'job') as mine:\n"
        "    print(mine, flush=True)\n    time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, database_url], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder, holder.stdout:
        assert holder.stdout.readline() == "True\n"
        with advisory_lock(session_factory, "job") as mine, advisory_lock(session_factory, "other") as other:
            assert (mine, other) == (False, True)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(10)
    held = True
    for _ in range(100):
        with advisory_lock(session_factory, "job") as mine:
            if held := not mine:
                threading.Event().wait(0.05)
            else:
                break
    assert not held


def test_upgrade_of_a_current_database_is_a_no_op(database_url: str) -> None:
    upgrade(database_url)
    check_agreement(database_url)


def test_a_standby_that_takes_no_writes_yet_may_heal(session_factory: SessionFactory) -> None:
    with pytest.raises(StoreUnavailableError, match="read-only"), UnitOfWork(session_factory) as unit:
        unit.session.execute(text("SET TRANSACTION READ ONLY; CREATE TABLE written ()"))

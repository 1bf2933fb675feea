"""Self-training runs, from the request to a promoted or rejected model, on a stand-in for the science."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from db import queries
from db.queries.paging import PageRequest
from db.queries.self_training import LabelFilter, Picture
from db.queries.views import SelfTrainingView
from db.repository import documents, models, verdicts
from db.repository import self_training as store
from dti.domain.models import Act
from dti.domain.self_training import (
    Judgement,
    Pool,
    PoolKind,
    SelfTrainingId,
    SelfTrainingRequest,
    SelfTrainingState,
    Trigger,
    Verdict,
)
from dti.domain.triplets import Triplet
from dti.errors import ConflictError, JobError, NotFoundError
from dti.model.shelf import Shelf, read_files
from dti.settings import PROJECT_ROOT
from tests.checkpoints import hollow
from tests.fake_self_training import PROGRAM
from tests.integration.workers.conftest import Desk, article
from tests.programs import wait_for
from workers.reconciling import reconcile
from workers.schedule import Clock
from workers.scheduling import start_by_clock
from workers.self_training import Training, self_train
from workers.serving import register_shipped

pytestmark = pytest.mark.integration

STORED = Pool(PoolKind.DATES, "", "2012", "2012")


@dataclass
class Site:
    """A train worker and short ways to look at what it did."""

    desk: Desk
    training: Training
    parent: str

    def start(self, *, pool: Pool = STORED, promote: bool = True, **order: object) -> SelfTrainingId:
        request = SelfTrainingRequest(pool=pool, order=order, promote=promote)
        with self.desk.context.unit() as unit:
            run_id, _ = store.submit(unit.session, request)
            unit.commit()
        return run_id

    def work(self, run_id: SelfTrainingId) -> SelfTrainingView:
        self_train(self.desk.context, self.training, run_id)
        return self.show(run_id)

    def show(self, run_id: SelfTrainingId) -> SelfTrainingView:
        with self.desk.context.unit() as unit:
            return queries.self_training.get(unit.session, run_id)

    def active(self) -> str | None:
        with self.desk.context.unit() as unit:
            return models.active(unit.session)

    def cancel(self, run_id: SelfTrainingId) -> None:
        with self.desk.context.unit() as unit:
            store.cancel(unit.session, run_id)
            unit.commit()

    def lose_lease(self) -> None:
        self.desk.sql("UPDATE self_training_runs SET lease_until = now() - interval '1 s' WHERE lease IS NOT NULL")

    def programs(self, run_id: SelfTrainingId) -> list[psutil.Process]:
        out = str(self.training.folder(run_id).out)
        return [process for process in psutil.process_iter(["cmdline"]) if out in (process.info["cmdline"] or ())]


@pytest.fixture
def site(desk: Desk, tmp_path: Path) -> Site:
    with desk.context.unit() as unit:
        found = [article(str(number), f"A target ABL{number} here.", published="2012-03") for number in range(1, 5)]
        documents.upsert(unit.session, [*found, article("9", "Of another year.", published="2013")])
        unit.commit()
    shipped = hollow(tmp_path / "shipped", "shipped")
    recipe = PROJECT_ROOT / "data" / "recipes" / "embedded.toml"
    (tmp_path / "data").mkdir()
    training = Training(
        runs=tmp_path / "runs",
        shelf=Shelf(tmp_path / "shelf"),
        shipped=shipped.folder,
        recipe=recipe,
        data=tmp_path / "data",
        cache=tmp_path / "cache",
        program=PROGRAM,
        poll_seconds=0.02,
    )
    return Site(desk, training, shipped.sha256)


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_run_that_passes_the_gate_is_promoted_with_all_it_shows(site: Site) -> None:
    run_id = site.start(rounds=2, seed=3)
    run = site.work(run_id)

    assert (run.state, run.reason, run.parent) == (SelfTrainingState.PROMOTED, "better by more than noise", site.parent)
    assert run.model == site.active() != site.parent
    assert (run.round, run.stage, run.gate) == (2, "evaluate", {"difference": 0.02})
    assert run.hashes.keys() == {"pool", "recipe", "parent", "data", "verdicts"}
    with site.desk.context.unit() as unit:
        model = queries.models.get(unit.session, run.model or "")
        rounds = queries.self_training.rounds(unit.session, run_id)
        curve = queries.self_training.picture(unit.session, run_id, 1, Picture.CURVE)
        ledger = queries.self_training.ledger(unit.session, run_id, LabelFilter(accepted=True, round=2), PageRequest()).items
        with pytest.raises(NotFoundError):
            queries.self_training.picture(unit.session, run_id, 1, Picture.HISTOGRAM)
    assert (model.parent, model.run_id, model.name, model.metrics) == (site.parent, run_id, "student", {"difference": 0.02})
    assert [(found.number, found.report) for found in rounds] == [(n, {"pool": 4, "accepted": 2}) for n in (1, 2)]
    assert curve == b"\x89PNG curve"
    assert [(label.document, label.target, label.score, label.weight) for label in ledger] == [
        ("pmid:3", "ABL1", None, 1.0),
        ("pmid:1", "ABL3", None, 1.0),
    ]
    assert list(site.training.runs.iterdir()) == []
    assert site.work(run_id) == run  # the bell rings once more


def test_a_run_that_does_not_pass_leaves_the_model_alone(site: Site) -> None:
    run = site.work(site.start(gate={"accept": False}))
    assert (run.state, run.reason, site.active()) == (SelfTrainingState.REJECTED, "no gain", site.parent)
    with site.desk.context.unit() as unit:
        model = queries.models.get(unit.session, run.model or "")
        assert (model.state, model.reason, model.size) == ("rejected", "no gain", 0)

    nothing = site.work(site.start(gate={"accept": False, "trains": False}))
    assert (nothing.state, nothing.model) == (SelfTrainingState.REJECTED, None)


def test_what_another_model_has_overtaken_waits_for_a_person(site: Site, tmp_path: Path) -> None:
    run_id = site.start(gate={"pause": 0.2})
    working = in_background(lambda: site.work(run_id))
    wait_for(lambda: site.show(run_id).stage != "", seconds=30, what="the first stage")
    files = read_files(hollow(tmp_path / "other", "other").folder)
    with site.desk.context.unit() as unit:
        other = models.verified(files)
        models.register(unit.session, other, files)
        models.promote(unit.session, other.sha256, Act())
        unit.commit()
    working.join()

    run = site.show(run_id)
    assert (run.state, site.active()) == (SelfTrainingState.ACCEPTED, other.sha256)
    assert "promote it by hand" in run.reason
    assert site.work(site.start(promote=False, seed=2)).state is SelfTrainingState.ACCEPTED


@pytest.mark.parametrize(
    ("order", "why"),
    [({"gate": {"fail": "unknown setting 'x'"}}, "unknown setting 'x'"), ({"rounds": "many"}, "TypeError")],
)
def test_a_run_that_fails_says_why(site: Site, order: dict[str, object], why: str) -> None:
    run = site.work(site.start(**order))
    assert run.state is SelfTrainingState.FAILED
    assert why in run.reason
    assert '"event"' not in run.reason


def test_a_run_without_documents_or_data_fails_at_once(site: Site) -> None:
    empty = site.work(site.start(pool=Pool(PoolKind.DATES, "", "1950", "1951")))
    assert (empty.state, empty.reason) == (SelfTrainingState.FAILED, "the pool holds no document that can be read")
    site.training = replace(site.training, data=None)
    assert "DTI_TRAINING_DATA" in site.work(site.start()).reason


def test_a_query_is_read_as_a_batch_first(site: Site) -> None:
    run_id = site.start(pool=Pool(PoolKind.QUERY, "imatinib"))
    batch_id = site.show(run_id).batch_id
    reconcile(site.desk.context)
    assert site.desk.bell.rung == [("expand", batch_id)]
    assert site.work(run_id).state is SelfTrainingState.PENDING

    site.desk.sql(
        "INSERT INTO items (batch_id, key, state, document_id)"
        " SELECT b.id, d.key, 'extracted', d.id FROM documents d, batches b"
    )
    site.desk.sql("UPDATE batches SET state = 'finished'")
    reconcile(site.desk.context)
    assert site.desk.bell.rung[1:] == [("self_train", run_id)]
    assert site.work(run_id).state is SelfTrainingState.PROMOTED
    with site.desk.context.unit() as unit:
        assert queries.self_training.rounds(unit.session, run_id)[0].report["pool"] == 5


def test_cancelling_ends_the_program_and_keeps_its_model_out(site: Site) -> None:
    run_id = site.start(gate={"pause": 30})
    working = in_background(lambda: site.work(run_id))
    wait_for(lambda: bool(site.programs(run_id)), seconds=30, what="the program")
    site.cancel(run_id)
    site.cancel(run_id)
    working.join(30)

    assert not working.is_alive()
    assert site.programs(run_id) == []
    assert (site.show(run_id).state, site.active()) == (SelfTrainingState.CANCELLED, site.parent)
    site.work(site.start())
    assert list(site.training.runs.iterdir()) == []
    finished = site.start()
    site.work(finished)
    with pytest.raises(ConflictError, match="is promoted"):
        site.cancel(finished)


def test_a_program_that_is_killed_goes_on_where_it_was(site: Site) -> None:
    whole = site.work(site.start(rounds=2, seed=3)).model
    with site.desk.context.unit() as unit:
        assert models.roll_back(unit.session, Act()) == site.parent
        unit.commit()

    run_id = site.start(rounds=2, seed=3, gate={"pause": 0.1})
    for stage in ("generate", "train"):
        working = in_background(lambda: site.work(run_id))
        wait_for(lambda: site.show(run_id).stage == stage, seconds=30, what=stage)  # noqa: B023
        for program in site.programs(run_id):
            program.kill()
        working.join()
        assert site.show(run_id).state is SelfTrainingState.RUNNING
        site.desk.sql("UPDATE self_training_runs SET lease_until = 'epoch'")
    run = site.work(run_id)

    assert run.state is SelfTrainingState.PROMOTED
    assert run.model == whole
    assert site.desk.sql("SELECT count(*) FROM pseudo_labels GROUP BY run_id") == [(8,), (8,)]


def test_what_still_works_in_the_folder_of_a_dead_worker_is_ended(site: Site) -> None:
    run_id = site.start(gate={"accept": False})
    folder = site.training.folder(run_id)
    folder.out.mkdir(parents=True)
    stranger = site.training.runs / "stranger"
    stranger.mkdir()
    stray = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(folder.out)])

    assert site.work(run_id).state is SelfTrainingState.REJECTED
    assert not psutil.pid_exists(stray.pid)
    stray.wait(5)
    site.work(site.start(gate={"accept": False}))
    assert list(site.training.runs.iterdir()) == [stranger]  # it may be somebody's


def test_a_run_that_kills_every_worker_fails(site: Site) -> None:
    run_id = site.start()
    for _ in range(3):
        with site.desk.context.unit() as unit:
            assert store.claim(unit.session, run_id, site.desk.context.lease(), max_attempts=3)
            unit.commit()
        assert site.work(run_id).state is SelfTrainingState.RUNNING  # somebody holds it
        site.lose_lease()
    reconcile(site.desk.context)
    run = site.show(run_id)
    assert (run.state, run.reason) == (SelfTrainingState.FAILED, '3 workers died in stage "" of round 0')
    assert site.desk.bell.rung == []


def test_what_curators_say_is_learnt_from(site: Site) -> None:
    [(document_id,)] = site.desk.sql("SELECT id FROM documents WHERE key = 'pmid:1'")
    shown, better = Triplet("imatinib", "inhibitor", "ABL1"), Triplet("imatinib", "antagonist", "ABL1")
    said = {"curator": "me", "document_id": document_id, "triplet": shown}
    with site.desk.context.unit() as unit:
        for judgement, edited in ((Judgement.REJECTED, None), (Judgement.EDITED, better)):
            verdicts.add(unit.session, Verdict(**said, judgement=judgement, edited=edited))  # type: ignore[arg-type]
        verdicts.add(unit.session, Verdict(**{**said, "curator": "you"}, judgement=Judgement.ACCEPTED))  # type: ignore[arg-type]
        with pytest.raises(JobError, match="edited verdict"):
            verdicts.add(unit.session, Verdict(**said, judgement=Judgement.EDITED))  # type: ignore[arg-type]
        unit.commit()
    before = site.work(site.start(gate={"pause": 0, "accept": False})).hashes
    with site.desk.context.unit() as unit:
        lines = list(verdicts.export(unit.session))

    assert "verdicts" in before
    document = {"id": "pmid:1", "title": "About imatinib.", "abstract": "A target ABL1 here.", "pmid": "1"}
    triplet = {"drug": "imatinib", "target": "ABL1"}
    edited = {**triplet, "interaction": "antagonist", "original": {**triplet, "interaction": "inhibitor"}, "verdict": "edited"}
    kept = {**triplet, "interaction": "inhibitor", "original": None, "verdict": "accepted"}
    assert lines == [{"document": document, **edited}, {"document": document, **kept}]


def test_the_same_key_makes_one_run(site: Site) -> None:
    request = SelfTrainingRequest(pool=STORED, order={"seed": 1}, idempotency_key="mine")
    with site.desk.context.unit() as unit:
        first, created = store.submit(unit.session, request)
        assert store.submit(unit.session, request) == (first, False)
        assert created
        with pytest.raises(ConflictError):
            store.submit(unit.session, replace(request, order={"seed": 2}))
        with pytest.raises(NotFoundError):
            store.submit(unit.session, SelfTrainingRequest(pool=STORED, parent="0" * 64))
        with pytest.raises(NotFoundError):
            store.submit(unit.session, SelfTrainingRequest(pool=Pool(PoolKind.BATCH, "none")))
        with pytest.raises(JobError):
            store.submit(unit.session, SelfTrainingRequest(pool=STORED, order={"name": "\0"}))


def test_the_clock_starts_one_run_a_period_and_one_at_a_time(site: Site) -> None:
    clock, context = Clock(cron="0 3 * * *"), site.desk.context
    order = {"pool": {"published_from": "2012"}, "order": {"gate": {"accept": False}}}

    def tick(*moment: int) -> list[tuple[object, ...]]:
        start_by_clock(context, order, clock, datetime(*moment, tzinfo=UTC))  # type: ignore[misc,arg-type]
        return site.desk.sql("SELECT id FROM self_training_runs ORDER BY created_at")

    [(first,)] = tick(2026, 1, 1, 3, 0)
    assert tick(2026, 1, 2, 3, 0) == [(first,)]  # the first goes on
    run = site.work(SelfTrainingId(str(first)))
    assert (run.state, run.trigger) == (SelfTrainingState.REJECTED, Trigger.SCHEDULE)
    assert tick(2026, 1, 1, 3, 0) == tick(2026, 1, 2, 2, 59) == [(first,)]  # its period
    assert len(tick(2026, 1, 2, 3, 1)) == 2
    assert site.desk.bell.heard() == ["self_train", "self_train"]


def test_the_order_names_files_and_nothing_else_may(site: Site, tmp_path: Path) -> None:
    register_shipped(site.desk.context.sessions, site.training.shipped)
    run_id = site.start(seed=5, gate={"pause": 30}, selection={"name": "ensemble", "checkpoints": [site.parent]})
    working = in_background(lambda: site.work(run_id))
    wait_for(lambda: bool(site.programs(run_id)), seconds=30, what="the program")
    order = json.loads(site.training.folder(run_id).order.read_bytes())
    site.cancel(run_id)
    working.join()
    assert (order["seed"], order["verdicts"], order["data"]) == (5, None, str(tmp_path / "data"))
    assert Path(order["parent"]).name == site.parent
    assert order["selection"] == {"name": "ensemble", "checkpoints": [order["parent"]]}
    with pytest.raises(JobError, match="models of the registry"):
        SelfTrainingRequest.read({"pool": {"query": "x"}, "order": {"selection": {"name": "x", "checkpoints": ["/etc"]}}})
    with pytest.raises(NotFoundError):
        site.start(selection={"name": "ensemble", "checkpoints": ["0" * 64]})
    with pytest.raises(JobError, match="'pool' of the order"):
        SelfTrainingRequest.read({"pool": {"query": "x"}, "order": {"pool": "/etc/passwd"}})

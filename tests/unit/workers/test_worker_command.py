"""The `dti worker` command line, its settings and its schedule."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.app import create_app
from dti.domain.documents import DocumentStatus
from dti.errors import CheckpointError, JobError, SettingsError
from dti.settings import Settings
from workers.app import ROUTES, make_app
from workers.arrivals import arrival
from workers.bootstrap import urls
from workers.cli import worker
from workers.schedule import ByClock, Clock, schedule, self_training_by_clock


@pytest.mark.parametrize("queues", ["", "pull,push", ","])
def test_an_unknown_queue_is_refused(queues: str) -> None:
    answer = CliRunner().invoke(worker, ["--queues", queues])
    assert answer.exit_code == 2
    assert "choose from pull, extract, train" in answer.output


def test_without_servers_it_says_which_settings_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DTI_DATABASE_URL", raising=False)
    answer = CliRunner().invoke(worker, [])
    assert isinstance(answer.exception, SettingsError)
    assert "DTI_DATABASE_URL and DTI_BROKER_URL" in str(answer.exception)


def test_a_broker_of_another_kind_is_refused_at_once_and_not_repeated() -> None:
    settings = Settings(database_url="postgresql+psycopg://nowhere/x", broker_url="amqp://me:s3cret@127.0.0.1:1")
    for start in (urls, create_app):
        with pytest.raises(SettingsError, match="DTI_BROKER_URL must be redis://") as refused:
            start(settings)
        assert "s3cret" not in str(refused.value)


def test_a_worker_without_its_model_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = {
        "DATABASE_URL": "postgresql+psycopg://nowhere/x",
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "MODEL_DIR": str(tmp_path),
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"DTI_{name}", value)
    answer = CliRunner().invoke(worker, ["--queues", "extract"])
    assert isinstance(answer.exception, CheckpointError)


def test_help_shows_examples() -> None:
    answer = CliRunner().invoke(worker, ["--help"])
    assert "dti worker --queues extract --concurrency 8" in answer.output


def test_every_task_has_a_queue_and_survives_the_death_of_its_worker() -> None:
    app = make_app("redis://127.0.0.1:1/0")
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if name.startswith("workers.")}
    assert set(ours) == set(ROUTES)
    assert all(task.acks_late and task.reject_on_worker_lost and task.ignore_result for task in ours.values())
    assert app.conf.accept_content == ["json"]


def test_the_schedule_is_one_interval() -> None:
    [entry] = schedule(15.0).values()
    assert entry["schedule"] == 15.0
    assert json.dumps(entry)


def test_every_status_of_a_document_has_a_next_state() -> None:
    assert {arrival(status)[0].value for status in DocumentStatus} == {"skipped", "no_abstract", "fetched"}


@pytest.mark.parametrize(
    ("clock", "moments", "same"),
    [
        (Clock(cron="0 3 * * 0"), ("2026-11-29T03:00", "2026-12-06T02:59"), True),
        (Clock(cron="0 3 * * 0"), ("2026-12-06T02:59", "2026-12-06T03:00"), False),
        (Clock(cron="*/5 * * * *"), ("2026-12-06T02:59", "2026-12-06T02:55"), True),
        (Clock(seconds=60), ("2026-12-06T02:59:00", "2026-12-06T02:59:59"), True),
        (Clock(seconds=60), ("2026-12-06T02:59:59", "2026-12-06T03:00:00"), False),
    ],
)
def test_everybody_names_a_period_alike(clock: Clock, moments: tuple[str, str], same: bool) -> None:
    first, second = (clock.period(datetime.fromisoformat(f"{moment}+00:00")) for moment in moments)
    assert (first == second) is same


def by_clock(tmp_path: Path, order: object = None, **settings: object) -> ByClock | None:
    path = tmp_path / "order.json"
    path.write_text(json.dumps(order or {"pool": {"query": "aspirin"}, "order": {"seed": 1}}))
    return self_training_by_clock(Settings(**{"self_training_order": path, **settings}))  # type: ignore[arg-type]


def test_self_training_starts_by_the_clock_only_where_it_is_asked_to(tmp_path: Path) -> None:
    assert by_clock(tmp_path) is None
    wanted = by_clock(tmp_path, self_training_cron="0 3 * * 0")
    entry = schedule(15.0, wanted)["self-training"]
    assert entry["args"] == [{"pool": {"query": "aspirin"}, "order": {"seed": 1}}, {"seconds": 0.0, "cron": "0 3 * * 0"}]
    assert set(ROUTES) >= {entry["task"]}


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"self_training_cron": "0 3 * *"}, "DTI_SELF_TRAINING_CRON"),
        ({"self_training_cron": "61 3 * * *"}, "DTI_SELF_TRAINING_CRON"),
        ({"self_training_cron": "0 3 * * *", "self_training_seconds": 5.0}, "not both"),
        ({"self_training_seconds": 5.0, "self_training_order": None}, "DTI_SELF_TRAINING_ORDER"),
        ({"self_training_seconds": 5.0, "order": [1]}, "no JSON object"),
        ({"self_training_seconds": 5.0, "order": {"pool": {}}}, "a pool is one of"),
    ],
)
def test_a_clock_that_cannot_work_does_not_start(tmp_path: Path, settings: dict[str, object], why: str) -> None:
    with pytest.raises((SettingsError, JobError), match=why):
        by_clock(tmp_path, **settings)

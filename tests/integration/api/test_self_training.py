"""Self-training over HTTP, by the client and the commands."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from db.engine import SessionFactory
from db.repository import rounds
from db.unit_of_work import UnitOfWork
from dti.cli.self_train import self_train
from dti.client import DtiClient
from dti.domain.self_training import Label, RoundResult, SelfTrainingId
from dti.domain.triplets import Triplet
from tests.integration.api.conftest import waiting

pytestmark = pytest.mark.integration

RUNS = "/v1/self-training/runs"
BODY = {"pool": {"published_from": "2012"}, "order": {"rounds": 1, "selection": {"name": "threshold"}}}


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(self_train, [*arguments, "--url", url])


def round_of(session_factory: SessionFactory, run_id: str) -> None:
    labels = tuple(
        Label(document=f"pmid:{at}", triplet=Triplet("Aspirin", "inhibitor", f"COX-{at}"), score=at / 10, accepted=at > 2)
        for at in range(1, 6)
    )
    with UnitOfWork(session_factory) as unit:
        result = RoundResult(number=1, report={"pool": 5}, ledger=labels, curve=b"\x89PNG")
        rounds.store(unit.session, SelfTrainingId(run_id), result)
        unit.commit()


def test_a_run_is_accepted_shown_and_cancelled(api: httpx.Client, redis_url: str) -> None:
    answer = api.post(RUNS, json=BODY)
    body = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, f"{RUNS}/{body['id']}")
    assert (body["state"], body["pool"], body["order"], body["trigger"]) == ("pending", BODY["pool"], BODY["order"], "user")
    assert waiting(redis_url, "train") == 1
    assert api.get(f"{RUNS}/{body['id']}").json() == body
    assert api.get(RUNS, params={"state": "pending"}).json()["items"] == [body]

    cancelled = api.post(f"{RUNS}/{body['id']}/cancellation")
    assert cancelled.json()["state"] == api.post(f"{RUNS}/{body['id']}/cancellation").json()["state"] == "cancelled"
    assert api.get(f"{RUNS}/{body['id']}/rounds").json() == []


def test_a_query_becomes_a_batch_that_is_rung_for_first(api: httpx.Client, redis_url: str) -> None:
    body = api.post(RUNS, json={"pool": {"query": "aspirin"}}).json()
    assert api.get(f"/v1/batches/{body['batch_id']}").json()["request"]["query"] == "aspirin"
    assert (waiting(redis_url, "train"), waiting(redis_url, "pull")) == (0, 1)


def test_the_same_key_makes_one_run(api: httpx.Client) -> None:
    answers = [api.post(RUNS, json=BODY, headers={"Idempotency-Key": "mine"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 200]
    assert answers[0].json() == answers[1].json()
    other = api.post(RUNS, json={**BODY, "promote": False}, headers={"Idempotency-Key": "mine"})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"pool": {}}, 422),
        ({"pool": {"query": "x", "batch": "y"}}, 422),
        ({"pool": {"batch": "none"}}, 404),
        ({"pool": {"upload": "none"}}, 404),
        ({"pool": {"published_from": "now"}}, 422),
        ({"pool": {"published_from": "2024", "published_to": "2020"}}, 422),
        ({**BODY, "order": {"data": "/etc"}}, 422),
        ({**BODY, "order": {"name": "\0"}}, 422),
        ({**BODY, "parent": "0" * 64}, 404),
        ({**BODY, "recipe": "x"}, 422),
    ],
)
def test_what_cannot_be_started_is_a_problem(shared_api: httpx.Client, body: dict[str, object], status: int) -> None:
    answer = shared_api.post(RUNS, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_rounds_pictures_and_the_ledger(api: httpx.Client, session_factory: SessionFactory) -> None:
    run_id = api.post(RUNS, json=BODY).json()["id"]
    round_of(session_factory, run_id)
    round_of(session_factory, run_id)

    [found] = api.get(f"{RUNS}/{run_id}/rounds").json()
    assert (found["report"], found["histogram"]) == ({"pool": 5}, None)
    picture = api.get(found["curve"])
    assert (picture.content, picture.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert api.get(f"{RUNS}/{run_id}/rounds/1/histogram.png").status_code == 404
    assert api.get(f"{RUNS}/{run_id}/rounds/1/other.png").status_code == 422

    with DtiClient(str(api.base_url)) as client:
        assert [label["target"] for label in client.ledger(run_id, limit=2)] == [f"COX-{at}" for at in range(1, 6)]
        assert [label["target"] for label in client.ledger(run_id, accepted=True)] == ["COX-3", "COX-4", "COX-5"]
        assert [label["score"] for label in client.ledger(run_id, target="cox-2", drug="ASPIRIN")] == [0.2]
        assert list(client.ledger(run_id, reason="none")) == []
    assert api.get(f"{RUNS}/none/ledger").status_code == 404


def test_commands_start_follow_and_stop_a_run(url: str, session_factory: SessionFactory, tmp_path: Path) -> None:
    (tmp_path / "order.json").write_text('{"seed": 7}')
    started = run(url, "start", "--from", "2012", "--order", str(tmp_path / "order.json"), "--rounds", "2", "--json")
    body = json.loads(started.stdout)
    assert body["order"] == {"seed": 7, "rounds": 2}
    round_of(session_factory, body["id"])

    assert body["id"] in run(url, "list").output
    assert json.loads(run(url, "show", body["id"], "--json").stdout)["rounds"][0]["report"] == {"pool": 5}
    assert "round 1: pool 5" in run(url, "show", body["id"]).output
    labels = run(url, "ledger", body["id"], "--rejected", "--json").stdout.splitlines()
    assert [json.loads(line)["document"] for line in labels] == ["pmid:1", "pmid:2"]
    assert "COX-3" in run(url, "ledger", body["id"], "--accepted").output
    assert "is cancelled" in run(url, "cancel", body["id"]).output
    assert run(url, "show", body["id"], "--wait").exit_code == 0
    assert "give one of" in run(url, "start").output

    with session_factory() as session:
        session.execute(text("UPDATE self_training_runs SET state = 'failed', reason = 'no data'"))
        session.commit()
    failed = run(url, "show", body["id"], "--wait")
    assert (failed.exit_code, "no data" in failed.output) == (1, True)

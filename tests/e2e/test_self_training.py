"""A scheduled self-training run on the embedded stack, no hands; and one whose processes are killed, which ends the same."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.train]
pytest.importorskip("torch")
pytest.importorskip("transformers")

from dti.client import DtiClient  # noqa: E402 - after the skip
from dti.model.checkpoint import Checkpoint  # noqa: E402
from tests.programs import DTI, wait_for  # noqa: E402
from tests.selftraining_data import EASY, pool_rows, train_parent, write_inputs  # noqa: E402
from workers.stack.state import StateFolder  # noqa: E402

SEED = 20_261_130
KILLS = 5
# The stored documents have no date, and so come before every one.
POOL = {"published_to": "2030"}
ORDER = {**EASY, "steps": 80, "seed": 5}
SHOWN = ("round", "document", "drug", "interaction", "target", "confidence", "score", "weight", "accepted", "reason")


@dataclass
class Site:
    """`dti up` on one state folder, with a shipped model that has learnt next to nothing."""

    folder: Path
    parent: str
    environment: dict[str, str]
    random: random.Random
    _up: subprocess.Popen[bytes] | None = None
    _client: DtiClient | None = None

    @property
    def state(self) -> StateFolder:
        return StateFolder(self.folder / "state")

    @property
    def client(self) -> DtiClient:
        assert self._client is not None
        return self._client

    def start(self, **more: str) -> None:
        environment = {**os.environ, **self.environment, **more}  # noqa: TID251 - a child inherits our environment
        argv = [DTI, "up", "--state", str(self.state.path)]
        self._up = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for((self.state.path / "service.json").exists, seconds=120, what="the stack")
        self._client = DtiClient(json.loads((self.state.path / "service.json").read_text())["url"])

    def stop(self) -> None:
        if self._client is not None:
            self._client.close()
        if self._up is not None:
            self._up.send_signal(signal.SIGTERM)
            self._up.wait(60)

    def run(self, run_id: str) -> dict[str, Any]:
        return dict(self.client.self_training_run(run_id))

    def ended(self, run_id: str, seconds: float) -> dict[str, Any]:
        def over() -> bool:
            return self.run(run_id)["state"] not in {"pending", "running"}

        wait_for(over, seconds=seconds, what=f"the end of {run_id}", pause=0.5)
        return self.run(run_id)

    def shown(self, run_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Ledger and reports; of the latter what does not depend on the clock."""
        labels = [{name: dict(label)[name] for name in SHOWN} for label in self.client.ledger(run_id, limit=500)]
        reports = [entry["report"] for entry in self.client.self_training_rounds(run_id)]
        timed = ("seconds", "wall_seconds", "speed", "stages")
        return labels, [{name: value for name, value in report.items() if name not in timed} for report in reports]

    def kill_one(self) -> bool:
        """Kill -9 of the train worker, one of its children or the program it runs."""
        ours = [process for process in self.state.processes() if _trains(process)]
        if ours:
            self.random.choice(sorted(ours, key=lambda process: process.pid)).kill()
        return bool(ours)


def _trains(process: psutil.Process) -> bool:
    try:
        line = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return "--queues=train" in line or "self-train local" in line


def _readers(site: Site, pmid: str) -> set[str]:
    return {reading["run"]["checkpoint_sha256"] for reading in site.client.document(pmid)["readings"]}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="dti-self-training-"))
    inputs = write_inputs(folder / "inputs")
    parent = train_parent(inputs, folder / "parent", 1)
    template = folder / "order.json"
    template.write_text(json.dumps({"pool": POOL, "order": ORDER}))
    environment = {
        "DTI_MODEL_DIR": str(parent),
        "DTI_CACHE_DIR": str(folder / "cache"),
        "DTI_TRAINING_DATA": inputs["data"],
        "DTI_SELF_TRAINING_RECIPE": inputs["recipe"],
        "DTI_SELF_TRAINING_ORDER": str(template),
        "DTI_LEASE_SECONDS": "4",
        "DTI_RECONCILE_SECONDS": "2",
        "DTI_MAX_ATTEMPTS": "20",
        "OMP_NUM_THREADS": "1",
    }
    site = Site(folder, Checkpoint.open(parent).sha256, environment, random.Random(SEED))  # noqa: S311 - repeatable
    try:
        yield site
    finally:
        site.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def scheduled(site: Site) -> dict[str, Any]:
    """The run that the clock started and nobody else had a hand in; an earlier one found no documents."""
    site.start(DTI_SELF_TRAINING_SECONDS="20")
    documents = site.folder / "pool.jsonl"
    documents.write_text("".join(json.dumps(row) + "\n" for row in pool_rows()))
    site.client.wait(site.client.submit(uploads=[site.client.upload(documents)["id"]])["id"])

    def started() -> list[dict[str, Any]]:
        runs = [dict(run) for run in site.client.self_training_runs()]
        return [run for run in runs if run["trigger"] == "schedule" and "no document" not in run["reason"]]

    wait_for(lambda: bool(started()), seconds=60, what="the scheduled run", pause=0.5)
    return site.ended(started()[-1]["id"], 180)


@pytest.mark.timeout(420)
def test_a_scheduled_run_goes_from_its_trigger_to_a_promoted_model_with_no_hands(site: Site, scheduled: dict[str, Any]) -> None:
    assert (scheduled["state"], scheduled["parent"]) == ("promoted", site.parent), scheduled["reason"]
    model = site.client.model(scheduled["model"])
    assert (model["parent"], model["run_id"]) == (site.parent, scheduled["id"])
    assert scheduled["model"] in {entry["to_model"] for entry in site.client.promotions()}
    labels, reports = site.shown(scheduled["id"])
    assert {label["document"] for label in labels} == {f"pmid:{row['pmid']}" for row in pool_rows()}
    assert reports[0]["pool"] == len(pool_rows())


@pytest.mark.timeout(120)
def test_workers_that_go_on_read_with_the_promoted_model(site: Site, scheduled: dict[str, Any]) -> None:
    pmids = [row["pmid"] for row in pool_rows()[:3]]
    for pmid in pmids:
        assert _readers(site, pmid) == {site.parent}
    upload = site.client.upload(site.folder / "pool.jsonl")["id"]
    site.client.wait(site.client.submit(uploads=[upload], refresh=True)["id"])
    for pmid in pmids:
        assert scheduled["model"] in _readers(site, pmid)


@pytest.mark.timeout(600)
def test_kill_9_at_five_random_moments_changes_nothing(site: Site, scheduled: dict[str, Any]) -> None:
    site.stop()
    site.start()  # without a schedule, whose next run may be under way
    for other in site.client.self_training_runs():
        if other["state"] in {"pending", "running"}:
            site.client.cancel_self_training(other["id"])
    body = {"pool": POOL, "order": ORDER, "parent": site.parent, "promote": False}
    run_id = site.client.start_self_training(body)["id"]
    for _ in range(KILLS):
        wait_for(lambda: site.run(run_id)["state"] == "running", seconds=120, what="the run")
        time.sleep(site.random.uniform(0.5, 6))
        wait_for(site.kill_one, seconds=60, what="something to kill")
    run = site.ended(run_id, 400)

    # Not one that waits for a person: the very model is the active one already.
    assert (run["state"], run["model"]) == ("promoted", scheduled["model"]), run["reason"]
    assert run["gate"] == scheduled["gate"]
    assert site.shown(run_id) == site.shown(scheduled["id"])

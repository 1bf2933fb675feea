"""A self-training run's whole way with tiny models: accepted, rejected, killed, resumed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from click.testing import CliRunner  # noqa: E402 - after the skip

from dti.cli.self_train import self_train as command  # noqa: E402
from dti.errors import OptionError, TrainingError  # noqa: E402
from dti.model.calibration import Calibration  # noqa: E402
from dti.model.checkpoint import Checkpoint, Parts, pack  # noqa: E402
from dti.selftraining.folder import read_lines  # noqa: E402
from dti.selftraining.order import order_of  # noqa: E402
from dti.selftraining.run import self_train  # noqa: E402
from dti.selftraining.session import frozen  # noqa: E402
from dti.training.pairs.examples import PairExample  # noqa: E402
from tests.pair_data import document  # noqa: E402
from tests.selftraining_data import pool_rows, train_parent, write_inputs, write_pool  # noqa: E402
from tests.tiny_training import KilledError  # noqa: E402

STEPS = 80  # of a student; after so many it has learnt that everything is an inhibitor


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return write_inputs(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="module")
def untrained(inputs, tmp_path_factory):
    return str(train_parent(inputs, tmp_path_factory.mktemp("untrained"), 1))


@pytest.fixture(scope="module")
def learnt(inputs, tmp_path_factory):
    return str(train_parent(inputs, tmp_path_factory.mktemp("learnt"), STEPS))


@pytest.fixture(scope="module")
def whole(inputs, untrained, tmp_path_factory):
    """The folder of a run that nothing interrupted, and its events."""
    out, order, events = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("order") / "order.json", []
    order.write_text(json.dumps({**inputs, "parent": untrained, "steps": STEPS}))
    result = CliRunner().invoke(command, ["local", "--order", str(order), "--out", str(out), "--json"])
    assert result.exit_code == 0, result.output
    events = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return out, events


def results(out):
    files = ("outcome.json", "rounds/1/ledger.jsonl", "rounds/1/selection.json", "pool.jsonl", "candidate/SHA256SUMS")
    return {name: (out / name).read_bytes() for name in files}


def test_a_model_that_knows_nothing_learns_and_its_student_is_accepted(whole):
    out, events = whole
    outcome = json.loads((out / "outcome.json").read_text())
    assert outcome["state"] == "accepted"
    assert outcome["gate"]["gain"]["low"] > 0
    assert Checkpoint.open(out / "candidate").sha256 == outcome["checkpoint_sha256"]
    assert [event["state"] for event in events if event["event"] == "end"] == ["accepted"]


def test_stages_are_told_in_order(whole):
    _, events = whole
    stages = list(dict.fromkeys(event["stage"] for event in events if event["event"] == "stage"))
    assert stages == ["pool", "generate", "select", "train", "evaluate", "gate"]
    assert {"event": "round", "round": 1} in events
    assert all(event["done"] <= event["of"] for event in events if event["event"] == "stage")


def test_the_report_tells_the_round(whole):
    out, _ = whole
    report = json.loads((out / "rounds" / "1" / "report.json").read_text())
    assert report["pool"] == len(pool_rows())
    assert report["accepted"] + sum(report["rejected"].values()) == report["considered"]
    assert report["development"]["candidate"]["sample.f1"]["value"] > report["development"]["parent"]["sample.f1"]["value"]
    assert {"curve.png", "histogram.png", "reliability.png"} <= {path.name for path in (out / "rounds" / "1").iterdir()}


def test_the_ledger_has_every_label(whole):
    out, _ = whole
    rows = [json.loads(line) for line in (out / "rounds" / "1" / "ledger.jsonl").read_text().splitlines()]
    assert {row["document"] for row in rows} == {row["id"] for row in pool_rows()}
    assert all(row["accepted"] == (not row["reason"]) == (row["weight"] > 0) for row in rows)


def test_the_card_names_its_parent(whole, untrained):
    card = Checkpoint.open(whole[0] / "candidate").card
    assert card["parents"][-1]["sha256"] == Checkpoint.open(Path(untrained)).sha256
    assert card["examples"]["pseudo"] > 0


KILLED_AT = (("generate", 24), ("select", 1), ("train", 40), ("evaluate", 1), ("gate", 0))


def test_killed_at_any_stage_it_ends_the_same(inputs, untrained, whole, tmp_path):
    order = order_of({**inputs, "parent": untrained, "steps": STEPS})
    for stage, done in KILLED_AT:

        def kill(event, at=(stage, done)):
            if (event.get("stage"), event.get("done")) == at:
                raise KilledError

        with pytest.raises(KilledError):
            self_train(order, tmp_path, kill)
    self_train(order, tmp_path, lambda _: None)
    assert results(tmp_path) == results(whole[0])


def test_a_finished_run_tells_its_end_again(inputs, untrained, whole):
    told = []
    self_train(order_of({**inputs, "parent": untrained, "steps": STEPS}), whole[0], told.append)
    assert [event["event"] for event in told] == ["end"]


def test_another_order_or_other_data_do_not_go_on_with_it(inputs, untrained, whole, tmp_path):
    with pytest.raises(TrainingError, match="another order"):
        self_train(order_of({**inputs, "parent": untrained, "steps": STEPS + 1}), whole[0], lambda _: None)
    pool = write_pool(tmp_path / "pool.jsonl", pool_rows())
    order = order_of({**inputs, "pool": str(pool), "parent": untrained, "steps": 2})
    self_train(order, tmp_path / "out", lambda _: None)
    write_pool(pool, pool_rows(3))
    with pytest.raises(TrainingError, match="have changed"):
        self_train(order, tmp_path / "out", lambda _: None)


def test_shuffled_pseudo_labels_are_refused_by_the_gate(inputs, learnt, tmp_path):
    order = order_of({**inputs, "parent": learnt, "steps": 20, "shuffle_pseudo_labels": True})
    outcome = self_train(order, tmp_path, lambda _: None)
    assert outcome["state"] == "rejected"
    assert "within noise" in outcome["reason"]
    right = outcome["gate"]["f1"]
    assert right["candidate"] <= right["parent"]


def test_without_a_safe_threshold_the_run_is_rejected(inputs, untrained, tmp_path):
    order = order_of({**inputs, "parent": untrained, "selection": {"name": "target_precision", "precision": 0.9}})
    outcome = self_train(order, tmp_path, lambda _: None)
    assert (outcome["state"], outcome["checkpoint_sha256"]) == ("rejected", None)
    assert "no safe threshold" in outcome["reason"]
    assert json.loads((tmp_path / "rounds" / "1" / "report.json").read_text())["accepted"] == 0


def test_dual_agents_a_teacher_and_verdicts_take_part(inputs, untrained, tmp_path):
    judged = {"id": "v1", "pmid": "9000", "title": "Melatonin", "abstract": "Melatonin blocks Signal peptidase X in vitro."}
    told = {"drug": "Melatonin", "interaction": "antagonist", "target": "Signal peptidase X"}
    rows = [{"document": judged, **told, "verdict": "edited", "original": {**told, "interaction": "agonist"}}]
    order = order_of(
        {
            **inputs,
            "parent": untrained,
            "steps": 4,
            "rounds": 2,
            "cache": str(tmp_path / "cache"),
            "control": True,
            "verdicts": str(write_pool(tmp_path / "verdicts.jsonl", rows)),
            "selection": {"name": "dual", "agents": 2, "epochs": 1, "least": 0.0},
            "weighting": {"name": "teacher", "steps": 3, "batch": 4, "clean": 4},
        }
    )
    outcome = self_train(order, tmp_path / "out", lambda _: None)
    assert outcome["checkpoint_sha256"]
    assert list((tmp_path / "cache").iterdir())
    report = json.loads((tmp_path / "out" / "rounds" / "1" / "report.json").read_text())
    assert report["verdicts"] == 1
    assert report["development"].keys() == {"documents", "parent", "candidate", "control"}
    assert "control" in outcome["gate"]["f1"]
    assert "pseudo" not in Checkpoint.open(tmp_path / "out" / "rounds" / "1" / "control" / "checkpoint").card["examples"]
    assert len({row["weight"] for row in read_lines(tmp_path / "out" / "rounds" / "1" / "ledger.jsonl")} - {0.0}) > 1
    assert Checkpoint.open(tmp_path / "out" / "candidate").card["examples"]["verdicts"] == 1
    [preference] = read_lines(tmp_path / "out" / "preferences.jsonl")
    assert (preference["chosen"]["interaction"], preference["rejected"]["interaction"]) == ("antagonist", "agonist")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"selection": {"name": "luck"}}, "unknown selection 'luck'"),
        ({"weighting": {"name": "uniform", "x": 1}}, "no setting 'x'"),
    ],
)
def test_unknown_options_are_told_before_anything_is_done(inputs, untrained, tmp_path, change, message):
    with pytest.raises(OptionError, match=message):
        self_train(order_of({**inputs, "parent": untrained, **change}), tmp_path / "out", lambda _: None)
    assert not (tmp_path / "out").exists()


def test_only_a_pair_model_can_be_a_parent(inputs, untrained, tmp_path):
    parts = Parts(
        tokenizer=Path(untrained) / "tokenizer.json",
        calibration=Calibration(0.0, 1.0, 0.0),
        card={**Checkpoint.open(Path(untrained)).card, "reading": "sequences"},
        engine=Path(untrained) / "engine",
    )
    other = pack(tmp_path / "other", parts).folder
    with pytest.raises(TrainingError, match="only pair models"):
        self_train(order_of({**inputs, "parent": str(other)}), tmp_path / "out", lambda _: None)


def test_drift_stops_a_run(inputs, untrained, tmp_path):
    order = order_of({**inputs, "parent": untrained, "guards": {"most_acceptance": 1.0, "most_divergence": 0.3}})
    assert "drift alarm" in self_train(order, tmp_path, lambda _: None)["reason"]


def test_a_spent_budget_ends_a_run(inputs, untrained, tmp_path):
    order = order_of({**inputs, "parent": untrained, "budget_seconds": 0.0})
    assert "budget" in self_train(order, tmp_path, lambda _: None)["reason"]


def test_frozen_gold_never_trains():
    text = document("A", "B", "7")
    example = PairExample("kd_dti", replace(text, pmid="7"), (), {}, frozenset())
    frozen([example], [replace(example, document=replace(text, pmid="8"))])
    with pytest.raises(TrainingError, match="development document 7"):
        frozen([example], [example])

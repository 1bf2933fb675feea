from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from dti.cli.evaluate import evaluate
from dti.errors import EvaluationError

GOLD = {
    "1": {
        "title": "t",
        "abstract": "a",
        "triples": [{"drug": "Aspirin", "interaction": "inhibitor", "target": "Cyclooxygenase (COX)"}],
    },
    "2": {
        "title": "t",
        "abstract": "a",
        "triples": [{"drug": "Morphine", "interaction": "agonist", "target": "Mu receptor (MOR)"}],
    },
}
PREDICTIONS = [
    {"id": "1", "status": "extracted", "triplets": [
        {"drug": "aspirin", "interaction": "inhibitor", "target": "cox", "confidence": 0.9},
        {"drug": "aspirin", "interaction": "inhibitor", "target": "lipase", "confidence": 0.2},
    ]},
    {"id": "2", "status": "no_triplet", "triplets": []},
]  # fmt: skip


@pytest.fixture
def files(tmp_path) -> list[str]:
    gold, predictions = tmp_path / "gold.json", tmp_path / "predictions.jsonl"
    gold.write_text(json.dumps(GOLD))
    predictions.write_text("".join(f"{json.dumps(line)}\n" for line in PREDICTIONS))
    return ["kd-dti", "--gold", str(gold), "--predictions", str(predictions)]


def run(arguments: list[str]):
    return CliRunner().invoke(evaluate, arguments, catch_exceptions=False)


def test_the_report_is_json_by_default(files):
    result = run(files)
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert report["mode"] == "compat"
    assert report["sample"] == {"precision": 0.25, "recall": 0.5, "f1": pytest.approx(1 / 3)}
    assert report["majority"] == {"interaction": "agonist", "accuracy": 0.5, "ontology_f1": pytest.approx(2 / 3)}
    assert report["counts"]["predicted_triplets"] == 2
    assert (report["intervals"]["resamples"], report["intervals"]["level"]) == (1000, 0.95)
    assert report["intervals"]["figures"]["sample.recall"] == {"low": 0.0, "high": 1.0}


def test_options_reach_the_scorer(files):
    report = json.loads(run([*files, "--mode", "strict", "--min-confidence", "0.5", "--bootstrap", "0", "--json"]).stdout)
    assert report["mode"] == "strict"
    assert report["sample"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert report["intervals"] is None


def test_the_seed_repeats_the_intervals(files):
    first, second, other = (run([*files, "--bootstrap", "7", "--seed", seed]).stdout for seed in "001")
    assert first == second != other


def test_the_table_sets_the_majority_baseline_beside_interaction_figures(files):
    lines = run([*files, "--format", "table"]).stdout.splitlines()
    rows = [line for line in lines if "interactions" in line or "majority interaction's" in line]
    assert ["majority" in row for row in rows] == [False, True, False, True]
    assert "0.0000 to 1.0000" in next(line for line in lines if "per-document recall" in line)
    assert lines[-1].startswith("2 documents (0 without prediction, 0 predicted without gold); 2 gold and 2 predicted")


def test_the_table_without_intervals(files):
    assert " to " not in run([*files, "--format", "table", "--bootstrap", "0"]).stdout


def test_faults_are_evaluation_errors(files, tmp_path):
    (tmp_path / "gold.json").write_text("{}")
    with pytest.raises(EvaluationError, match="no gold documents"):
        run(files)


@pytest.mark.parametrize(
    "wrong", [["--mode", "lenient"], ["--min-confidence", "2"], ["--bootstrap", "-1"], ["--gold", "absent"]]
)
def test_usage_errors(files, wrong):
    assert run([*files, *wrong]).exit_code == 2

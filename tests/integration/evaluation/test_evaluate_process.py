"""The command as a process: what it prints, how it exits, what it loads."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

GOLD = {"1": {"triples": [{"drug": "Aspirin", "interaction": "inhibitor", "target": "COX-1"}]}}
REPORT_LOADED_MODULES = """
import sys
from dti.cli.main import dti
try:
    dti()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.fixture
def arguments(tmp_path) -> list[str]:
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps(GOLD))
    return ["evaluate", "kd-dti", "--gold", str(gold), "--predictions", str(gold)]


def test_a_report_without_loading_a_model_library(arguments):
    done = subprocess.run([sys.executable, "-c", REPORT_LOADED_MODULES, *arguments], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["sample"]["f1"] == 1.0
    loaded = set(done.stderr.split())
    assert "dti" in loaded
    assert not loaded & {"torch", "transformers", "spacy", "ctranslate2", "tokenizers"}


def test_a_fault_is_one_line_and_exit_code_one(arguments, tmp_path):
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "1", "triplets": []}\n{"id": "2"}\n')
    command = [sys.executable, "-c", "from dti.cli.main import main; main()", *arguments[:-1], str(broken)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().splitlines() == [f"dti: {broken}:2: no list of triplets under triplets or triples"]

"""`dti demo`, twice on one state folder, as `make demo` runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import DTI
from workers.stack.state import StateFolder

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SAMPLES = 40


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="dti-demo-"))
    yield path
    shutil.rmtree(path)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def test_demo_prints_what_it_stored_and_leaves_no_process(folder: Path) -> None:
    state = StateFolder(folder / "state")
    first = run(DTI, "demo", "--json", "--state", str(state.path))
    assert first.returncode == 0, first.stderr
    assert state.processes() == []
    documents = [json.loads(line) for line in first.stdout.splitlines()]
    assert len(documents) >= SAMPLES
    found = [triplet for document in documents for triplet in document["triplets"]]
    assert found
    assert all(triplet["drug"] and triplet["target"] and "sentence" in triplet["best_evidence"] for triplet in found)
    identified = [triplet for triplet in found if triplet["drug_curie"] and triplet["target_curie"]]
    assert len(identified) > len(found) / 2  # by the embedded lexicon, which a worker opens without being told

    second = run(DTI, "demo", "--state", str(state.path))
    assert second.returncode == 0, second.stderr
    assert state.processes() == []
    assert f"{len(found)} triplets with evidence" in second.stdout
    assert documents[0]["pmid"] in second.stdout


def test_failure_is_told_and_leaves_no_process(folder: Path) -> None:
    state = StateFolder(folder / "broken")
    (state.path / "postgres").mkdir(parents=True)
    (state.path / "postgres" / "PG_VERSION").write_text("9\n")
    failed = run(DTI, "demo", "--state", str(state.path))
    assert failed.returncode == 1
    assert "made by PostgreSQL 9" in failed.stderr
    assert state.processes() == []

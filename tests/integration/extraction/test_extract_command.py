"""`dti extract` as a process, with the checkpoint that the repository ships."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

import pytest

from dti.settings import PROJECT_ROOT

pytestmark = pytest.mark.integration

DTI = Path(sys.executable).with_name("dti")
SAMPLES = PROJECT_ROOT / "data" / "samples" / "samples.xml"
EXPECTED = PROJECT_ROOT / "data" / "samples" / "expected.jsonl"

# What a plain install lacks; importing any of it fails, as it would there.
WITHOUT_TRAIN_EXTRA = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "transformers", "spacy", "scispacy", "safetensors"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""
RUN = """
import sys
from dti.cli.main import dti

try:
    dti(["extract", *sys.argv[1:]])
except SystemExit as end:
    assert end.code == 0, end.code
assert not {"torch", "transformers", "spacy"} & set(sys.modules)
"""


def extract(*arguments, stdin=b""):
    command = [DTI, "extract", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)


def lines(output):
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.parametrize("prelude", ["", WITHOUT_TRAIN_EXTRA], ids=["train extra installed", "train extra absent"])
def test_runs_without_torch_and_never_imports_it(prelude, tmp_path):
    output = tmp_path / "out.jsonl"
    subprocess.run([sys.executable, "-c", prelude + RUN, SAMPLES, "--output", output], check=True, timeout=120)
    assert len(lines(output.read_bytes())) == 60


@pytest.fixture(scope="module")
def samples():
    done = extract(SAMPLES)
    assert done.returncode == 0, done.stderr
    return lines(done.stdout)


def test_one_line_per_sample_in_order_with_the_expected_fate(samples):
    expected = lines(EXPECTED.read_bytes())
    for line, sample in zip_longest(samples, expected):
        assert line["id"] == sample["id"]
        if sample["status"] in {"no_abstract", "skipped"}:
            assert line["status"] == sample["status"]
            assert line["triplets"] == []
        else:
            assert line["status"] in {"extracted", "no_triplet"}


def test_every_span_says_what_it_claims(samples):
    triplets = [triplet for line in samples for triplet in line["triplets"]]
    assert triplets
    for triplet in triplets:
        evidence = triplet["evidence"]
        missing = {name for name in ("drug", "target") if evidence[f"{name}_span"] is None}
        assert set(evidence["not_found_in_text"]) == missing
        assert (evidence["sentence"] is None) == (missing == {"drug", "target"})
        assert 0 <= triplet["confidence"] <= 1


def test_a_broken_input_loses_nothing_else_and_shows_in_the_exit_code(tmp_path):
    good, torn, other = tmp_path / "good.jsonl", tmp_path / "torn.jsonl.gz", tmp_path / "other.xml"
    good.write_text('{"id": "g", "title": "Aspirin.", "abstract": "Aspirin inhibits COX-1."}\n')
    torn.write_bytes(gzip.compress(good.read_bytes())[:-4])
    other.write_text("<html/>")
    output = tmp_path / "out.tsv"
    inputs = (other, good, tmp_path / "absent.xml", torn, "-")
    done = extract(*inputs, "--format", "tsv", "--output", output, stdin=good.read_bytes())
    assert done.returncode == 2
    assert {row.split("\t")[0] for row in output.read_text().splitlines()[1:]} == {"g"}
    messages = done.stderr.decode().splitlines()
    for message, name in zip(messages, ("other.xml:1", "absent.xml", "torn.jsonl.gz"), strict=True):
        assert name in message


def test_an_interrupted_run_keeps_what_is_done(tmp_path):
    output, source = tmp_path / "out.jsonl", tmp_path / "in.jsonl"
    output.write_text("of an earlier run\n")
    record = '{{"id": "{}", "title": "Aspirin.", "abstract": "Aspirin inhibits COX-1 in rats."}}\n'
    source.write_text("".join(record.format(i) for i in range(20_000)))
    command = [DTI, "extract", source, "--output", output]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        draft = output.with_name("out.jsonl.part")
        while not (draft.exists() and draft.stat().st_size):
            assert process.poll() is None
        process.send_signal(2)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert str(draft).encode() in stderr
    assert [line["id"] for line in lines(draft.read_bytes())][:1] == ["0"]
    assert output.read_text() == "of an earlier run\n"


def test_a_damaged_checkpoint_is_one_clear_line(tmp_path):
    done = extract(SAMPLES, "--model", tmp_path)
    assert done.returncode == 1
    [message] = done.stderr.decode().splitlines()
    assert message.startswith("dti: ")
    assert "SHA256SUMS" in message

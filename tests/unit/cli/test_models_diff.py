"""What `dti models diff` calls a difference, and the command on two folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dti.cli._model_diff import Comparison, Difference, Kind
from dti.cli.models import folder_of, models
from dti.domain.documents import Document
from dti.domain.evidence import Claim, Evidence, Extraction, Outcome
from dti.domain.identity import Run
from dti.domain.triplets import Triplet
from dti.errors import CheckpointError
from dti.model.checkpoint import Checkpoint
from tests.checkpoints import SHIPPED, renamed

RUN = Run("m", "0" * 64, "test")


def reading(*claims: tuple[str, float]) -> Extraction:
    document = Document(source="pmid", id="1", title="T")
    found = tuple(Claim(Triplet(*text.split()), score, Evidence()) for text, score in claims)
    return Extraction(document, RUN, Outcome.EXTRACTED, found)


def kinds(before: Extraction, after: Extraction) -> list[tuple[Kind, str]]:
    return [(found.kind, found.target) for found in Comparison().differences([(before, after)])]


def test_differences_by_kind() -> None:
    before = reading(("a inhibitor X", 0.9), ("a inhibitor Y", 0.8), ("a agonist Z", 0.7), ("a agonist W", 0.5))
    after = reading(("A inhibitor x", 0.905), ("a inhibitor Y", 0.6), ("a inhibitor Z", 0.7), ("a agonist V", 0.4))
    assert sorted(kinds(before, after)) == [
        (Kind.FLIPPED, "Z"),
        (Kind.GAINED, "V"),
        (Kind.LOST, "W"),
        (Kind.RESCORED, "Y"),
    ]


def test_both_sides_of_a_flip_are_told() -> None:
    [found] = Comparison().differences([(reading(("a agonist Z", 0.7)), reading(("a inhibitor Z", 0.6)))])
    assert found == Difference(Kind.FLIPPED, "pmid:1", "a", "Z", ("agonist", 0.7), ("inhibitor", 0.6))


@pytest.mark.slow
def test_the_command_reads_with_both_models(tmp_path: Path) -> None:
    decoding = Checkpoint.open(SHIPPED).card["decoding"]
    strict = {**decoding, "settings": {**decoding["settings"], "least": 0.9, "further": 0.99}}
    other = renamed(tmp_path / "strict", "strict", decoding=strict)
    text = tmp_path / "one.jsonl"
    text.write_text('{"id": "1", "title": "Imatinib and ABL1.", "abstract": "We show that imatinib inhibits ABL1."}\n')

    result = CliRunner().invoke(models, ["diff", str(SHIPPED), str(other.folder), "--input", str(text), "--json"])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert lines[-1]["documents"] == 1
    assert lines[-1]["lost"] == len(lines) - 1
    alike = CliRunner().invoke(models, ["diff", str(SHIPPED), str(SHIPPED), "--input", str(text)])
    assert "1 documents: 0 gained, 0 lost, 0 flipped, 0 rescored" in alike.output


def test_a_path_without_a_folder_is_no_name_of_a_model(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no such folder"):
        folder_of(str(tmp_path / "absent"), None, tmp_path / "shelf")

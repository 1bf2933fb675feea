"""What the service's commands print and refuse before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.text import Text

from dti.cli._render import batch_progress, clean, counts_line
from dti.cli._service import service_url
from dti.cli.query import emphasised
from dti.cli.submit import submit, succeeded
from dti.client.answers import Batch, Evidence
from dti.errors import ServiceUnavailableError


def _evidence(status: str = "ok", **changes: object) -> Evidence:
    known = {"sentence": "Aspirin inhibits COX-1.", "sentence_span": [10, 33], "drug_span": [10, 17], "target_span": [27, 32]}
    return {"polarity": "affirmed", "certainty": "fact", "document": {"status": status}, **known, **changes}  # type: ignore[typeddict-item] # what is printed


def _marked(text: Text) -> list[str]:
    return [text.plain[span.start : span.end] for span in text.spans]


def test_both_mentions_are_marked_in_the_sentence() -> None:
    assert _marked(emphasised(_evidence())) == ["Aspirin", "COX-1"]


def test_a_mention_outside_the_sentence_is_not_marked() -> None:
    assert _marked(emphasised(_evidence(drug_span=[0, 7]))) == ["COX-1"]
    assert _marked(emphasised(_evidence(drug_span=[40, 47]))) == ["COX-1"]
    absent = emphasised(_evidence(drug_span=None, target_span=None))
    assert absent.plain == "Aspirin inhibits COX-1. (drug and target not found in text)"
    assert "Aspirin" not in _marked(absent)
    assert emphasised(_evidence(target_span=None)).plain.endswith("(target not found in text)")


def test_evidence_without_a_sentence_says_so_and_denial_is_shown() -> None:
    missing = _evidence(sentence="", sentence_span=None, drug_span=None, target_span=None)

    assert emphasised(missing).plain == "not found in text"
    assert emphasised(_evidence(polarity="negated")).plain == "Aspirin inhibits COX-1. (negated)"
    assert emphasised(_evidence(certainty="hedged")).plain == "Aspirin inhibits COX-1. (hedged)"
    assert emphasised(_evidence("retracted")).plain == "Aspirin inhibits COX-1. (retracted document)"


def test_markup_in_a_sentence_is_text() -> None:
    assert emphasised(_evidence(sentence="[red]Asp[/red]", sentence_span=None)).plain == "[red]Asp[/red]"


def test_terminal_codes_become_blanks_and_offsets_stay() -> None:
    assert clean("a\x1b[31mb\nc\x9bd") == "a [31mb c d"


def test_counts_name_only_what_there_is() -> None:
    assert counts_line({"extracted": 3, "no_triplet": 1, "failed": 0}) == "3 extracted, 1 no triplet"
    assert counts_line({}) == "no documents"


@pytest.mark.parametrize(
    ("state", "failures", "failed", "good"),
    [
        ("finished", [], 0, True),
        ("finished", [], 1, False),
        ("finished", ["query: no"], 0, False),
        ("cancelled", [], 0, False),
    ],
)
def test_only_a_batch_without_failures_succeeded(state: str, failures: list[str], failed: int, good: bool) -> None:
    batch: Batch = {"state": state, "failures": failures, "counts": {"failed": failed}}  # type: ignore[typeddict-item] # what counts

    assert succeeded(batch) is good


def test_a_submission_of_nothing_is_a_usage_error() -> None:
    result = CliRunner().invoke(submit, [])

    assert result.exit_code == 2
    assert "at least one of --pmids, --query and --file" in result.stderr


def test_an_unreadable_list_of_pmids_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xff")

    for name in ("nowhere", "latin"):
        result = CliRunner().invoke(submit, ["--pmids", f"@{tmp_path / name}"])
        assert (result.exit_code, name in result.stderr) == (2, True)


def test_without_a_service_the_stack_is_asked_for() -> None:
    result = CliRunner().invoke(submit, ["--pmids", "1", "--url", "http://127.0.0.1:1"])

    assert isinstance(result.exception, ServiceUnavailableError)
    assert "dti up" in str(result.exception)


def test_the_address_comes_from_the_environment_then_the_stack_then_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DTI_SERVICE_URL", raising=False)
    monkeypatch.setenv("DTI_STATE_DIR", str(tmp_path))
    default = service_url()
    (tmp_path / "service.json").write_text(json.dumps({"url": "http://127.0.0.1:4711", "pid": 1}))
    announced = service_url()
    monkeypatch.setenv("DTI_SERVICE_URL", "https://dti.example")

    assert (default, announced, service_url()) == ("http://127.0.0.1:8000", "http://127.0.0.1:4711", "https://dti.example")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 1}', '{"pid": 1}'])
def test_a_broken_announcement_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.delenv("DTI_SERVICE_URL", raising=False)
    monkeypatch.setenv("DTI_STATE_DIR", str(tmp_path))
    (tmp_path / "service.json").write_text(content)

    assert service_url() == "http://127.0.0.1:8000"


def test_the_end_is_told_even_right_after_another_line(capsys: pytest.CaptureFixture[str]) -> None:
    states = [("running", 0, {"queued": 3}), ("running", 1, {"queued": 2, "extracted": 1}), ("finished", 3, {"extracted": 3})]
    with batch_progress() as show:
        for state, done, counts in states:
            batch = {"state": state, "done": done, "total": 3, "progress": done / 3, "counts": counts}
            show(batch)  # type: ignore[arg-type] # what is shown
    assert capsys.readouterr().err.splitlines() == [
        "running: 0/3 done (3 queued)",
        "finished: 3/3 done (3 extracted)",
    ]

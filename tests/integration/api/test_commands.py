"""`dti submit`, `dti query` and `dti batch` against the real service; a thread stands in for the workers."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner, Result
from inline_snapshot import snapshot
from sqlalchemy import text

from db.engine import SessionFactory
from dti.cli.batch import batch
from dti.cli.query import query
from dti.cli.submit import submit
from tests.integration.api.conftest import Store, claim

pytestmark = pytest.mark.integration


def _run(command: click.Command, *arguments: str, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(command, arguments, input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def finish_everything(session_factory: SessionFactory) -> threading.Thread:
    """Moves every batch to its end as soon as there is one; PMID 13 fails."""

    def work() -> None:
        moved = 0
        while not moved:
            with session_factory.begin() as session:
                # One snapshot for all three: a batch that is submitted in between is left for the next round.
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                session.execute(text("UPDATE items SET state = 'extracted' WHERE key <> 'pmid:13'"))
                session.execute(text("UPDATE items SET state = 'failed', reason = E'no \\x1b[31mrecord' WHERE key = 'pmid:13'"))
                moved = session.execute(text("UPDATE batches SET state = 'finished', finished_at = now()")).rowcount

    return threading.Thread(target=work, daemon=True)


def test_submit_waits_and_sums_up(url: str, finish_everything: threading.Thread) -> None:
    finish_everything.start()
    result = _run(submit, "--pmids", "11,12", "--pmids", "@-", "--wait", "--url", url, stdin="12\n0014\n")

    assert result.exit_code == 0
    assert result.stdout.endswith(" is finished: 3 extracted.\n")
    assert "3/3 done (3 extracted)" in result.stderr


def test_a_failed_document_is_explained_and_makes_the_exit_code_1(url: str, finish_everything: threading.Thread) -> None:
    finish_everything.start()
    result = _run(submit, "--pmids", "11,13", "--wait", "--url", url)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == ["  failed pmid:13: no  [31mrecord"]


def test_submit_sends_files_and_prints_json(url: str, tmp_path: Path) -> None:
    file = tmp_path / "library.nbib"
    file.write_text("PMID- 1\nTI  - T\n")

    answer = json.loads(_run(submit, "--file", str(file), "--query", "egfr", "--json", "--url", url).stdout)

    assert answer["request"] == {"pmids": 0, "query": "egfr", "uploads": answer["request"]["uploads"], "refresh": False}
    assert (len(answer["request"]["uploads"]), answer["pending_steps"]) == (1, 2)


def test_batches_are_listed_shown_cancelled_and_resubmitted(url: str) -> None:
    batch_id = json.loads(_run(submit, "--pmids", "1,2", "--json", "--url", url).stdout)["id"]

    listed = _run(batch, "list", "--url", url).stdout.splitlines()[-2].split()
    assert [listed[0], listed[1], *listed[-2:]] == [batch_id, "running", "2", "queued"]
    assert _run(batch, "show", batch_id, "--url", url).stdout == f"Batch {batch_id} is running: 2 queued.\n"
    assert _run(batch, "cancel", batch_id, "--url", url).stdout == f"Batch {batch_id} is cancelled: 2 cancelled.\n"
    items = _run(batch, "items", batch_id, "--state", "cancelled", "--json", "--url", url).stdout.splitlines()
    assert [json.loads(line)["key"] for line in items] == ["pmid:1", "pmid:2"]
    assert "pmid:2" in _run(batch, "items", batch_id, "--url", url).stdout
    assert _run(batch, "resubmit", batch_id, "--url", url).stdout == f"Batch {batch_id} is running: 2 queued.\n"


def test_query_prints_a_table_surest_first(url: str, store: Store) -> None:
    sentence = "Aspirin irreversibly inhibits COX-1 by acetylating a serine."
    store("11", sentence, claim("Aspirin inhibitor COX-1", 0.75, sentence))
    store("12", "More.", claim("Aspirin inhibitor COX-2", 0.875, "Aspirin \x1b[2J inhibits COX-2, too."))
    store("13", "More.", claim("aspirin inhibitor cox-1", 0.5, "No names here."))

    result = _run(query, "--drug", "aspirin", "--url", url)

    assert [line.rstrip() for line in result.stdout.splitlines()] == snapshot(
        [
            "",
            " Drug      Interaction   Target   Belief   Evidence                                                       Source",
            " ───────────────────────────────────────────────────────────────────────────────────────────────────────────────",
            " Aspirin   inhibitor     COX-2      0.88   Aspirin  [2J inhibits COX-2, too.                              12",
            " Aspirin   inhibitor     COX-1      0.75   Aspirin irreversibly inhibits COX-1 by acetylating a serine.   11",
            "",
            "2 triplets",
        ]
    )


def test_query_prints_json_and_says_when_there_is_more(url: str, store: Store) -> None:
    for number in range(3):
        store(str(number + 1), "T", claim(f"d{number} b c", 0.5, f"d{number} c"))

    lines = _run(query, "--target", "c", "--limit", "2", "--json", "--url", url).stdout.splitlines()

    assert [json.loads(line)["drug"] for line in lines] == ["d0", "d1"]
    assert "there are more" in _run(query, "--limit", "2", "--url", url).stdout
    assert "3 triplets\n" in _run(query, "--limit", "3", "--url", url).stdout


def test_a_vain_query_tells_which_name_is_unknown_and_what_there_is(url: str, store: Store) -> None:
    store("1", "T", claim("aspirin inhibitor COX-1", 0.5, "Aspirin inhibits COX-1."), claim("b inhibitor c", 0.5, "b c"))

    misspelt = _run(query, "--drug", "aspir", "--url", url).stdout
    apart = _run(query, "--drug", "aspirin", "--target", "c", "--url", url).stdout

    assert misspelt == "No triplet matches.\nNo drug of any triplet is called 'aspir'; there are: aspirin\n"
    assert apart == "No triplet matches.\n"
    assert _run(query, "--drug", "nobody", "--json", "--url", url).stdout == ""


def test_the_running_stack_is_found_by_its_state_folder(
    url: str, api: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DTI_SERVICE_URL", raising=False)
    monkeypatch.setenv("DTI_STATE_DIR", str(tmp_path))
    (tmp_path / "service.json").write_text(json.dumps({"url": url}))
    found = _run(batch, "list", "--json")
    (tmp_path / "service.json").write_text("{")

    assert (found.exit_code, found.stdout) == (0, "")
    assert _run(batch, "list", "--json", "--url", url).exit_code == 0

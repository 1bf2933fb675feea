"""The model registry over HTTP, by the client and the commands."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from api.routes.models import unpacked
from db.engine import SessionFactory
from db.repository import models as registry
from db.unit_of_work import UnitOfWork
from dti.cli.models import folder_of, models
from dti.client import DtiClient
from dti.errors import InputTooLargeError
from dti.model.checkpoint import Checkpoint
from dti.model.shelf import read_files
from tests.checkpoints import hollow

pytestmark = pytest.mark.integration


def tar(files: Mapping[str, bytes]) -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return body.getvalue()


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(models, [*arguments, "--url", url])


@pytest.fixture
def first(session_factory: SessionFactory, tmp_path: Path) -> Checkpoint:
    """The active model."""
    checkpoint = hollow(tmp_path / "first", "first")
    files = read_files(checkpoint.folder)
    with UnitOfWork(session_factory) as unit:
        registry.register_first(unit.session, registry.verified(files), files)
        unit.commit()
    return checkpoint


@pytest.fixture
def second(tmp_path: Path) -> Checkpoint:
    return hollow(tmp_path / "second", "second")


def test_a_model_is_added_promoted_and_rolled_back(url: str, first: Checkpoint, second: Checkpoint) -> None:
    added = run(url, "add", str(second.folder), "--json")
    assert json.loads(added.stdout)["state"] == "candidate"
    assert run(url, "promote", second.sha256[:8], "--who", "me", "--reason", "better").output == (
        f"Model {second.sha256[:12]} (second) is active\n"
    )
    listed = [json.loads(line) for line in run(url, "list", "--json").stdout.splitlines()]
    assert [(model["name"], model["state"]) for model in listed] == [("second", "active"), ("first", "retired")]

    with DtiClient(url) as client:
        assert client.model("active")["sha256"] == second.sha256
        file = client.model(second.sha256)["files"][0]
        assert client.model_file(second.sha256, file["path"]) == (second.folder / file["path"]).read_bytes()
    assert f"{first.sha256[:12]} (first) is active" in run(url, "rollback", "--who", "me").output
    history = [json.loads(line) for line in run(url, "history", "--json").stdout.splitlines()]
    assert [(entry["kind"], entry["who"], entry["reason"]) for entry in history][:2] == [
        ("rollback", "me", ""),
        ("promotion", "me", "better"),
    ]
    assert "nothing to go back to" in str(run(url, "rollback").exception)
    assert '"codec": "pointer"' in run(url, "show", "active").output
    assert "second" in run(url, "list").output


def test_a_model_to_compare_with_is_fetched_once_and_verified(url: str, first: Checkpoint, tmp_path: Path) -> None:
    found = folder_of(first.sha256[:8], url, tmp_path / "shelf")
    assert Checkpoint.open(found).sha256 == first.sha256
    assert found == folder_of("active", url, tmp_path / "shelf") == tmp_path / "shelf" / first.sha256
    assert folder_of(str(first.folder), None, tmp_path / "none") == first.folder


def test_adding_twice_is_the_same_as_once(api: httpx.Client, second: Checkpoint) -> None:
    body = tar(read_files(second.folder))
    answers = [api.post("/v1/models", content=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].headers["location"] == f"/v1/models/{second.sha256}"
    assert answers[0].json() == answers[1].json()


def test_what_is_no_checkpoint_is_refused(shared_api: httpx.Client, second: Checkpoint) -> None:
    files = read_files(second.folder)
    bodies = {
        b"no archive": "no tar archive",
        tar({}): "has a SHA256SUMS",
        tar({**files, "card.json": b"{}"}): "card.json: its SHA-256 differs",
        tar({"../up": b""}): "no path of a checkpoint's file",
    }
    for body, why in bodies.items():
        answer = shared_api.post("/v1/models", content=body)
        assert answer.status_code in {413, 422}, why
        assert why in answer.json()["detail"]
    assert shared_api.post("/v1/models", content=b"x" * 100_001).status_code == 413


@pytest.mark.parametrize(("files", "limit"), [(201, 1000), (3, 2)])
def test_an_archive_may_not_fill_the_memory(files: int, limit: int) -> None:
    body = tar({f"{number}": b"x" for number in range(files)})
    with pytest.raises(InputTooLargeError, match="at most 200 files"):
        unpacked(io.BytesIO(body), limit)


def test_what_is_not_there_or_not_possible_is_a_problem(api: httpx.Client, first: Checkpoint) -> None:
    assert api.get("/v1/models/" + "0" * 64).status_code == 404
    assert api.get(f"/v1/models/{first.sha256}/files/nothing").json()["code"] == "not-found"
    assert api.post("/v1/models/rollback", json={}).status_code == 409
    assert api.post(f"/v1/models/{first.sha256}/promotion", json={}).json()["code"] == "conflict"
    assert api.get("/v1/models/xyz").status_code == 422


def test_before_any_worker_has_started_no_model_is_active(shared_api: httpx.Client) -> None:
    answer = shared_api.get("/v1/models/active")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")

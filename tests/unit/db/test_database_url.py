from __future__ import annotations

import json
from pathlib import Path

import pytest

from db.cli import database_url
from dti.errors import SettingsError


def test_the_database_is_the_one_given_then_the_deployments_then_the_running_stacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DTI_DATABASE_URL", raising=False)
    monkeypatch.setenv("DTI_STATE_DIR", str(tmp_path))
    with pytest.raises(SettingsError, match="dti up"):
        database_url(None)
    (tmp_path / "service.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "pid": 1, "database": "announced"}))
    announced = database_url(None)
    monkeypatch.setenv("DTI_DATABASE_URL", "deployed")
    assert (announced, database_url(None), database_url("given")) == ("announced", "deployed", "given")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": "http://127.0.0.1:1"}'])
def test_an_announcement_without_a_database_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.delenv("DTI_DATABASE_URL", raising=False)
    monkeypatch.setenv("DTI_STATE_DIR", str(tmp_path))
    (tmp_path / "service.json").write_text(content)
    with pytest.raises(SettingsError):
        database_url(None)

"""The hooks that are no tool of their own: they must find what they are for, and nothing else in the tree."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
import yaml

from dti.settings import PROJECT_ROOT

CONFIG = yaml.safe_load((PROJECT_ROOT / ".pre-commit-config.yaml").read_text())
HOOKS = {hook["id"]: hook for repo in CONFIG["repos"] for hook in repo["hooks"]}
SECRETS = re.compile(HOOKS["secrets"]["entry"])

# Put together here, so that this file holds no secret in the hook's eyes.
PLANTED = (
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "-----BEGIN " + "PRIVATE KEY-----",
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "ghp_" + "a1" * 18,
    "hf_" + "b2" * 17,
    "api_key" + "=" + "0123456789ab" * 3,
    '"api_key": ' + '"' + "0123456789ab" * 3 + '"',
)


def test_every_hook_is_local_and_installs_nothing():
    assert {repo["repo"] for repo in CONFIG["repos"]} == {"local"}
    assert {hook["language"] for hook in HOOKS.values()} <= {"system", "pygrep"}


@pytest.mark.parametrize("secret", PLANTED)
def test_a_secret_is_found(secret):
    assert SECRETS.search(f"some text {secret} more")


@pytest.mark.parametrize("harmless", ["api_key: SecretStr", "api_key=''", "sha256 = " + "0123456789ab" * 5, "BEGIN PUBLIC KEY"])
def test_harmless_text_is_left_alone(harmless):
    assert not SECRETS.search(harmless)


@pytest.mark.parametrize(("size", "code"), [(1024 * 1024, 0), (1024 * 1024 + 1, 1)])
def test_large_files_are_named(tmp_path, size, code):
    (tmp_path / "small file").write_bytes(b"x")
    (tmp_path / "big file").write_bytes(b"x" * size)
    command = [*shlex.split(HOOKS["large-files"]["entry"]), str(tmp_path / "small file"), str(tmp_path / "big file")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert ("big file" in done.stdout, "small file" in done.stdout) == (bool(code), False)

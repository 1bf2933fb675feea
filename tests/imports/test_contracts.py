"""Every import contract of pyproject.toml catches what it is there to catch.

Each case plants imports into a copy of the packages and names the contracts that must break, no more and no fewer. Leaf
modules are planted beside the violation so that nothing real is pulled in with it.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from dti.settings import PROJECT_ROOT

CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
LINT_IMPORTS = shutil.which("lint-imports", path=sysconfig.get_path("scripts"))

CASES: Mapping[str, tuple[set[str], Mapping[str, str]]] = {
    "db imports workers": ({"rooms"}, {"db/planted.py": "import workers.leaf", "workers/leaf.py": ""}),
    "dti imports db": ({"rooms"}, {"dti/evaluation/planted.py": "import db.leaf", "db/leaf.py": ""}),
    "a scorer reads curated tables": (
        {"rooms"},
        {"dti/evaluation/planted.py": "import db.curated.leaf", "db/curated/leaf.py": ""},
    ),
    "domain imports a scorer": (
        {"core"},
        {"dti/domain/planted.py": "import dti.evaluation.leaf", "dti/evaluation/leaf.py": ""},
    ),
    "codecs import sources": ({"core"}, {"dti/codecs/planted.py": "import dti.sources.leaf", "dti/sources/leaf.py": ""}),
    "a module of dti in no layer": ({"core"}, {"dti/planted.py": ""}),
    "an import within a function": (
        {"core"},
        {"dti/domain/planted.py": "def later():\n    import dti.sources.leaf", "dti/sources/leaf.py": ""},
    ),
    "db imports a scorer": ({"db-needs"}, {"db/planted.py": "import dti.evaluation.leaf", "dti/evaluation/leaf.py": ""}),
    "db and api import a scorer by way of ports": (
        {"db-needs", "api-needs", "core"},
        {"db/planted.py": "import dti.ports", "dti/ports.py": "import dti.evaluation.leaf", "dti/evaluation/leaf.py": ""},
    ),
    "api imports a scorer": ({"api-needs"}, {"api/planted.py": "import dti.evaluation.leaf", "dti/evaluation/leaf.py": ""}),
    "api imports a scorer by way of workers": (
        {"api-needs"},
        {
            "api/planted.py": "import workers.leaf",
            "workers/leaf.py": "import dti.evaluation.leaf",
            "dti/evaluation/leaf.py": "",
        },
    ),
    "dti imports celery": ({"no-outside-frameworks-in-dti"}, {"dti/evaluation/planted.py": "import celery"}),
    "dti imports a part of sqlalchemy": (
        {"no-outside-frameworks-in-dti"},
        {"dti/evaluation/planted.py": "from sqlalchemy.orm import Session"},
    ),
    "sources import torch": ({"serving-without-torch"}, {"dti/sources/planted.py": "import torch"}),
    "db imports transformers by way of ports": (
        {"serving-without-torch"},
        {"db/planted.py": "import dti.ports", "dti/ports.py": "import transformers"},
    ),
    "domain imports numpy": ({"plain-domain"}, {"dti/domain/planted.py": "import numpy"}),
    "domain imports httpx by way of errors": (
        {"plain-domain"},
        {"dti/domain/planted.py": "import dti.errors", "dti/errors.py": "import httpx"},
    ),
    "sources read settings": ({"settings-for-entry-points"}, {"dti/sources/planted.py": "from dti.settings import Settings"}),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of the packages with the project's contracts."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(PROJECT_ROOT / "pyproject.toml", copy)
    for package in ("dti", "db", "workers", "api"):
        shutil.copytree(PROJECT_ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def broken(tree: Path) -> set[str]:
    """Ids of the contracts that `lint-imports` finds broken in `tree`."""
    assert LINT_IMPORTS, "lint-imports is not installed beside this interpreter"
    done = subprocess.run([LINT_IMPORTS, "--no-logo"], cwd=tree, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    verdicts = {
        id_: verdict for id_, name in CONTRACTS.items() for verdict in ("KEPT", "BROKEN") if f"{name} {verdict}" in lines
    }
    assert verdicts.keys() == CONTRACTS.keys(), done.stdout
    found = {id_ for id_, verdict in verdicts.items() if verdict == "BROKEN"}
    assert done.returncode == bool(found)
    return found


@contextmanager
def planted(tree: Path, files: Mapping[str, str]) -> Iterator[None]:
    """Adds lines to the files of `tree` for a while, new ones included."""
    before = {name: (tree / name).read_text() if (tree / name).exists() else None for name in files}
    for name, text in files.items():
        (tree / name).write_text(f"{before[name] or ''}\n{text}\n")
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                (tree / name).unlink()
            else:
                (tree / name).write_text(text)


def test_the_tree_as_it_is_breaks_nothing(tree):
    assert broken(tree) == set()


@pytest.mark.parametrize("case", CASES)
def test_a_planted_violation_breaks_its_contract(tree, case):
    contracts, files = CASES[case]
    with planted(tree, files):
        assert broken(tree) == contracts


def test_every_contract_has_a_case_of_its_own():
    assert {id_ for contracts, _ in CASES.values() if len(contracts) == 1 for id_ in contracts} == CONTRACTS.keys()

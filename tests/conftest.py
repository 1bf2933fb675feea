"""Fixtures for every tier. Shared data lie beside the checkout, never in it; tests without them skip."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import settings

from dti.lexicon import Lexicon, open_lexicon
from dti.settings import PROJECT_ROOT
from tests.lexicon_files import write_lexicon

SHARED = PROJECT_ROOT.parent / "shared" / "data"

settings.register_profile("untimed", deadline=None)  # tests hold what is right; benchmarks what is fast
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Give our child processes a SIGINT that works: a shell that starts the suite in the background has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared data, or a skip that says so."""
    if not SHARED.is_dir():
        pytest.skip("shared/data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    """The small tables of `tests.lexicon_files`, compiled."""
    root = tmp_path_factory.mktemp("lexicon")
    return open_lexicon(write_lexicon(root / "files"), root / "cache")

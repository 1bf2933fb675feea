"""What the contracts of the training families share."""

from __future__ import annotations

import pytest

from tests.tiny_model import write_corpus, write_tiny_encoder
from tests.tiny_pretrained import WRITERS


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    """Folders as the hub would give them: a BERT, and one for each backbone that begins with a whole model."""
    folder = tmp_path_factory.mktemp("hub")
    return {"": write_tiny_encoder(folder / "bert"), **{name: write(folder / name) for name, write in WRITERS.items()}}

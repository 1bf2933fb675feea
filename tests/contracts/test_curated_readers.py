"""Every reader of curated tables refuses what is no table of its publisher."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.curated import READERS, CuratedReader
from dti.errors import MalformedInputError


@pytest.mark.parametrize("content", ["this\tis another table\n1\t2\n", "", "\x00\n", '"an open quote\n'])
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_another_file_is_refused(tmp_path: Path, reader: CuratedReader, content: str) -> None:
    path = tmp_path / "other.tsv"
    path.write_text(content)
    with pytest.raises(MalformedInputError):
        list(reader.pairs(path))

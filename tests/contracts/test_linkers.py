"""What every linker must satisfy; a new linker is tested by being registered."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti import linking
from dti.domain.entities import EntityKind
from dti.linking import LINKERS


def test_every_file_of_the_family_is_registered():
    files = {path.stem for path in Path(linking.__path__[0]).glob("*.py")} - {"__init__", "base"}
    assert files == set(LINKERS)


@pytest.mark.parametrize("name", list(LINKERS))
@given(text=st.text(max_size=30), kind=st.sampled_from(EntityKind))
def test_an_unlinked_name_has_no_score(name, text, kind):
    link = LINKERS.build(name).link(text, kind)
    assert link.entity is not None or link.score == 0.0

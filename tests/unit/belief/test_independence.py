"""Authors and what they share."""

from __future__ import annotations

import pytest

from dti.belief import author_key
from dti.belief.independence import overlaps


def test_overlap_is_with_the_nearest_of_the_papers_before() -> None:
    papers = [frozenset("ab"), frozenset("bcd"), frozenset("cdxyz"), frozenset(), frozenset("ab")]
    assert list(overlaps(papers)) == [0.0, 0.5, pytest.approx(2 / 3), 0.0, 1.0]


@pytest.mark.parametrize("name", ["Doe, Jane R", "Doe JR", "DOE, J", "doe,  jane"])
def test_a_person_in_every_format_is_the_same(name: str) -> None:
    assert author_key(name) == "doe j"


@pytest.mark.parametrize(
    ("name", "key"),
    [("The GUSTO Investigators", "the gusto investigators"), ("de la Cruz, M", "de la cruz m"), ("ISIS", "isis"), ("", "")],
)
def test_groups_and_compound_names_stay_whole(name: str, key: str) -> None:
    assert author_key(name) == key

"""Which documents a self-training run may ask for."""

from __future__ import annotations

import pytest

from dti.domain.self_training import Pool
from dti.errors import JobError


@pytest.mark.parametrize(("first", "last"), [("2024", "2020"), ("2012-04", "2012-03"), ("2013", "2012-12-31")])
def test_a_pool_that_ends_before_it_begins_is_refused(first: str, last: str) -> None:
    with pytest.raises(JobError, match="before it begins"):
        Pool.read({"published_from": first, "published_to": last})


@pytest.mark.parametrize(
    ("first", "last"), [("2012", "2012"), ("2012-03", "2012"), ("2012", "2012-03"), ("2011-12-31", "2012")]
)
def test_a_pool_of_one_date_or_of_a_part_of_it_is_none_of_these(first: str, last: str) -> None:
    assert Pool.read({"published_from": first, "published_to": last}).told() == {"published_from": first, "published_to": last}

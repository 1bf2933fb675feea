from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.sources.eutils.slices import ALL_DATES, DateRange, Slice

DAYS = st.dates(date(1600, 1, 1), date(2999, 12, 31))


@st.composite
def ranges(draw, *, least_days=1):
    first = draw(DAYS)
    return DateRange(first, first + timedelta(days=draw(st.integers(least_days - 1, 100_000))))


@given(ranges(least_days=2))
def test_halves_cover_the_range_without_overlap(dates):
    lower, upper = dates.halves()
    assert lower.first == dates.first
    assert upper.last == dates.last
    assert upper.first - lower.last == timedelta(days=1)


def test_one_day_has_no_halves():
    day = DateRange(date(2020, 2, 29), date(2020, 2, 29))
    with pytest.raises(ValueError, match="one day"):
        day.halves()


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="after"):
        DateRange(date(2020, 1, 2), date(2020, 1, 1))


@given(st.text(min_size=1), st.none() | ranges(), st.none() | st.integers(0, 10**8))
def test_a_slice_survives_its_payload(term, dates, expected):
    part = Slice(term, dates, expected)
    payload = part.payload()
    assert all(isinstance(value, str) for value in payload.values())
    assert Slice.from_payload(payload) == part


@given(st.integers(0, 50_000), st.integers(0, 50_000))
def test_split_shares_the_count_between_the_halves_and_leaves_empty_ones_out(lower, upper):
    parts = Slice("aspirin").split(lower + upper, lower)
    assert sum(part.expected for part in parts) == lower + upper
    assert all(part.expected for part in parts)


def test_a_slice_without_dates_is_cut_within_all_dates():
    part = Slice("aspirin")
    earlier, later = part.split(20_000, 10_000)
    assert part.lower().dates == earlier.dates
    assert (earlier.dates.first, later.dates.last) == (ALL_DATES.first, ALL_DATES.last)

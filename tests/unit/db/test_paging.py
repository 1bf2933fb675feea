"""Cursors."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.queries.paging import decode_cursor, encode_cursor, row_position, score_position, time_position, to_page
from dti.errors import BadCursorError

_rows = st.integers(1, 2**63 - 1)


@given(row=_rows)
def test_a_row_comes_back(row: int) -> None:
    assert row_position("items", encode_cursor("items", row)) == row


@given(score=st.floats(0, 1), row=_rows)
def test_a_score_comes_back_to_the_last_bit(score: float, row: int) -> None:
    assert score_position("evidence", encode_cursor("evidence", score, row)) == (score, row)


@given(moment=st.datetimes(timezones=st.just(UTC)), row=st.text("0123456789abcdef", min_size=1))
def test_a_moment_comes_back(moment: datetime, row: str) -> None:
    assert time_position("batches", encode_cursor("batches", moment.isoformat(), row)) == (moment, row)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_other_text_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        decode_cursor("items", cursor)


@pytest.mark.parametrize(
    "cursor",
    [
        encode_cursor("triplets", 1),
        encode_cursor("items"),
        encode_cursor("items", 0),
        encode_cursor("items", 2**63),
        encode_cursor("items", 1.0),
        encode_cursor("items", "1"),
        encode_cursor("items", 1, 2),
    ],
)
def test_a_cursor_of_another_list_or_without_a_row_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        row_position("items", cursor)


@pytest.mark.parametrize("moment", ["2012-01-01", "yesterday", "2012-01-01T00:00:00"])
def test_a_moment_without_a_zone_is_refused(moment: str) -> None:
    with pytest.raises(BadCursorError):
        time_position("batches", encode_cursor("batches", moment, "a"))


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -0.1, 1.1])
def test_a_score_that_is_no_confidence_is_refused(score: float) -> None:
    with pytest.raises(BadCursorError):
        score_position("evidence", encode_cursor("evidence", score, 1))


def test_only_a_list_that_goes_on_has_a_cursor() -> None:
    def page_of(rows: list[int]) -> tuple[tuple[int, ...], str | None]:
        page = to_page(rows, 2, lambda row: row, lambda row: f"after {row}")
        return page.items, page.next_cursor

    assert [page_of([]), page_of([1, 2]), page_of([1, 2, 3])] == [((), None), ((1, 2), None), ((1, 2), "after 2")]

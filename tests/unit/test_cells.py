"""Cells of tables that a spreadsheet may open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.cells import tsv_line


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_a_row_stays_one_row_of_as_many_cells(cells: list[str]) -> None:
    line = tsv_line(cells)

    assert line.splitlines() == [line.rstrip("\n")]
    assert line.count("\t") == len(cells) - 1


_FORMULAS = ['=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A0", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"]


@pytest.mark.parametrize("text", _FORMULAS)
def test_no_text_is_a_formula(text: str) -> None:
    assert tsv_line([text]) == f"'{text.strip()}\n"


def test_numbers_and_nothing_are_themselves() -> None:
    assert tsv_line([-1, None, 0.5, "5-HT2A", "(+)-pentazocine"]) == "-1\t\t0.5\t5-HT2A\t(+)-pentazocine\n"

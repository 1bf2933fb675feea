"""Rows of a tab-separated table that a spreadsheet may open: no cell breaks its row, none is a formula."""

from __future__ import annotations

from collections.abc import Iterable

# What a spreadsheet begins to compute at, wide forms included.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def tsv_line(cells: Iterable[object]) -> str:
    """Cells as text with single blanks; None is empty, and text that begins like a formula has a ' before it."""
    return "\t".join(map(_cell, cells)) + "\n"


def _cell(value: object) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = " ".join(value.split())
    return f"'{text}" if text.startswith(_FORMULA) else text

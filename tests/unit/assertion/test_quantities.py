from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import benchmarks
from benchmarks.quantities import read, written
from dti.assertion.quantities import quantities
from dti.domain.evidence import QuantityKind, Span

EXPRESSIONS = read(Path(benchmarks.__path__[0]) / "data" / "quantities.tsv")


@pytest.mark.parametrize(("expression", "expected"), EXPRESSIONS)
def test_expressions_alone_and_in_a_sentence(expression, expected):
    for text in (expression, f"It inhibited the enzyme with {expression} in cells."):
        found = quantities(text)
        assert written(found) == expected
        assert all(text[each.span.start : each.span.end] == each.text for each in found)


def test_only_the_part_asked_for_is_read():
    text = "IC50 = 5 nM. Ki = 3 nM."
    [found] = quantities(text, Span(13, len(text)))
    assert (found.kind, found.span) == (QuantityKind.KI, Span(13, 22))


@pytest.mark.parametrize("kind", QuantityKind)
def test_a_logarithm_is_a_concentration_turned_round(kind):
    [found] = quantities(f"{kind.value} > {'8' if kind.molar is not kind else '10 nM'}")
    assert (found.relation.value, found.nanomolar) == ("<" if kind.molar is not kind else ">", 10.0)


@settings(deadline=None)  # tables are read and patterns compiled at the first call
@given(
    st.text(), st.sampled_from(["IC50 ", "Ki = ", "pA2 of ", "10(-7) M "]), st.text("0123456789.,·()-+±x×^e nMµ⁻⁷", max_size=20)
)
def test_any_text_gives_exact_spans(before, measure, after):
    text = before + measure + after
    assert all(text[each.span.start : each.span.end] == each.text for each in quantities(text))


@pytest.mark.parametrize("text", ["IC50 ", "IC50 5 ", "5 nM (", "10(-", "IC50 of 5, 5, "])
def test_a_text_of_nothing_but_parts_is_no_trap(text):
    """Quadratic work on it would run into the tests' time limit."""
    quantities(text * (200_000 // len(text)))

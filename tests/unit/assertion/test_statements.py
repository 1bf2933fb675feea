from __future__ import annotations

import re

import pytest

from dti.assertion.statements import statements
from dti.domain.evidence import Span

_NAME = re.compile(r"\b(?:D|T)\d?\b")


def said(sentence):
    """What a sentence says of D, D1, … and T, T1, …, as "D label T"; a denial begins with "not"."""
    spans = [(match[0], Span(*match.span())) for match in _NAME.finditer(sentence)]
    drugs, targets = ([span for name, span in spans if name[0] == kind] for kind in "DT")
    text = lambda span: sentence[span.start : span.end]  # noqa: E731
    return {
        f"{'not ' if one.denied else ''}{text(one.drug)} {one.label} {text(one.target)}"
        for one in statements(sentence, drugs, targets)
    }


@pytest.mark.parametrize(
    ("sentence", "labels"),
    [
        ("D is a potent inducer of T and lowered the level.", {"D inducer T"}),
        ("D, a selective T receptor inverse agonist, blocks the reflex.", {"D inverse agonist T"}),
        (
            "D is a partial agonist at T1 and T2, and an antagonist at T3.",
            {"D partial agonist T1", "D partial agonist T2", "D antagonist T3"},
        ),
        ("D is an agonist of the T1 (PXR) and thereby an inducer of T2.", {"D agonist T1", "D inducer T2"}),
        ("D directly stimulates human T (sGC) in vitro.", {"D stimulator T"}),
        ("T is inhibited by D1 and by D2, but not by D3.", {"D1 inhibitor T", "D2 inhibitor T"}),
        ("Activation of T by D was slow.", {"D activator T"}),
        ("D is a substrate of T.", {"D substrate T"}),
        ("D did not directly inhibit T.", {"not D inhibitor T"}),
        ("D is no agonist of T.", {"not D agonist T"}),
        ("Resistance to the T1 inhibitor D1 was overcome by the T2 inhibitor D2.", {"D1 inhibitor T1", "D2 inhibitor T2"}),
        (
            "D1, a T1 inhibitor, and D2, an inhibitor of T2 and T3, were given.",
            {"D1 inhibitor T1", "D2 inhibitor T2", "D2 inhibitor T3"},
        ),
        ("It reversed the effect of D1, but the T receptor antagonist D2 did not.", {"D2 antagonist T"}),
    ],
)
def test_what_a_sentence_calls_a_drug(sentence, labels):
    assert said(sentence) == labels


@pytest.mark.parametrize(
    "sentence",
    [
        "D inhibits T-induced growth.",
        "D inhibits T expression and T2 release.",
        "D blocks T agonist binding.",
        "D is an antagonist of T-regulated production.",
        "D and T were measured; an inhibitor was used.",
        "D reduced blood pressure in mice without T.",
        "D was overcome by the T inhibitor.",
    ],
)
def test_a_sentence_that_leaves_a_choice_says_nothing(sentence):
    assert said(sentence) == set()


def test_a_name_of_both_kinds_is_read_as_either():
    sentence = "D inhibits insulin."
    insulin = Span(11, 18)
    assert [one.label for one in statements(sentence, [Span(0, 1), insulin], [insulin])] == ["inhibitor"]
    assert [one.label for one in statements("insulin activates T.", [Span(0, 7)], [Span(0, 7), Span(18, 19)])] == ["activator"]

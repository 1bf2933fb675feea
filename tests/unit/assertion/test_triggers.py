from __future__ import annotations

import pytest

from dti.assertion.triggers import trigger, trigger_pattern
from dti.domain.evidence import Span


@pytest.mark.parametrize(
    ("interaction", "word"),
    [
        ("inhibitor", "inhibiting"),
        ("agonist", "agonistic"),
        ("activator", "activates"),
        ("binder", "bound"),
        ("substrate", "substrates"),
        ("frobnicator", "frobnicates"),
    ],
)
def test_words_of_an_interaction(interaction, word):
    assert trigger_pattern(interaction).search(f"it {word} it")
    assert not trigger_pattern(interaction).search("no such word")


def test_agonist_is_no_word_of_antagonist_and_ki_none_of_kinase():
    assert not trigger_pattern("agonist").search("an antagonist")
    assert not trigger_pattern("binder").search("a kinase")


@pytest.mark.parametrize("interaction", ["", "of", "2"])
def test_an_interaction_without_a_word_has_no_pattern(interaction):
    assert trigger_pattern(interaction) is None


@pytest.mark.parametrize(
    ("text", "interaction", "word"),
    [
        ("Inhibition was seen: D inhibited T.", "inhibitor", "inhibited"),
        ("D, an antagonist, blocks T.", "blocker", "blocks"),
        ("The binding of T by D rose.", "binder", "binding"),
        ("D activates T.", "inhibitor", "activates"),
        ("D and T.", "inhibitor", None),
    ],
)
def test_the_trigger_is_the_nearest_whole_word(text, interaction, word):
    names = [Span(text.index("D"), text.index("D") + 1), Span(text.index("T", 1), text.index("T", 1) + 1)]
    if text.startswith("The"):
        names = [Span(text.index("D"), text.index("D") + 1), Span(text.index("T by"), text.index("T by") + 1)]
    span = trigger(text, Span(0, len(text)), names, interaction)
    assert (text[span.start : span.end] if span else None) == word


def test_a_name_is_no_trigger():
    text = "The inhibitor D binds T."
    name = Span(text.index("inhibitor"), text.index(" binds"))
    span = trigger(text, Span(0, len(text)), [name, Span(len(text) - 2, len(text) - 1)], "inhibitor")
    assert text[span.start : span.end] == "binds"

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.domain.documents import Document
from dti.domain.evidence import Evidence, Polarity
from dti.domain.triplets import Triplet
from dti.grounding.evidence import Grounder, cues


def ground(abstract, triplet=("aspirin", "inhibitor", "COX-1"), title="A title."):
    document = Document(source="file", id="1", title=title, abstract=abstract)
    return document.text, Grounder(document).ground(Triplet(*triplet)).evidence


def at(text, span):
    return text[span.start : span.end]


def test_a_sentence_with_both_names_comes_first():
    text, evidence = ground("Aspirin inhibits platelets. COX-1 is a target of aspirin. COX-1 is inhibited.")
    assert evidence.sentence == "COX-1 is a target of aspirin."
    assert evidence.sentence == at(text, evidence.sentence_span)
    assert (at(text, evidence.drug_span), at(text, evidence.target_span)) == ("aspirin", "COX-1")
    assert evidence.grounded
    assert evidence.polarity is Polarity.UNASSESSED


def test_among_those_one_that_words_the_interaction():
    _, evidence = ground("Aspirin and COX-1 are studied. Aspirin inhibited COX-1. Aspirin inhibits COX-1 again.")
    assert evidence.sentence == "Aspirin inhibited COX-1."


def test_without_a_sentence_that_has_both_one_that_names_the_drug():
    _, evidence = ground("Ibuprofen inhibits COX-1. Aspirin inhibits the same enzyme.")
    assert evidence.sentence == "Aspirin inhibits the same enzyme."


def test_the_abstract_comes_before_the_title():
    _, evidence = ground("Here aspirin inhibits COX-1.", title="Aspirin inhibits COX-1.")
    assert evidence.sentence == "Here aspirin inhibits COX-1."


def test_the_title_serves_where_the_abstract_does_not():
    _, evidence = ground("Here nothing.", title="Aspirin inhibits COX-1.")
    assert evidence.sentence == "Aspirin inhibits COX-1."


def test_names_in_different_sentences_keep_their_spans_outside_the_sentence():
    text, evidence = ground("Aspirin is old. Then COX-1 was inhibited.")
    assert evidence.sentence == "Then COX-1 was inhibited."
    assert at(text, evidence.drug_span) == "Aspirin"
    assert evidence.drug_span.end <= evidence.sentence_span.start


def test_a_name_that_is_not_in_the_text_has_no_span():
    _, evidence = ground("Then COX-1 was inhibited.")
    assert evidence.drug_span is None
    assert evidence.sentence == "Then COX-1 was inhibited."
    assert not evidence.grounded


def test_neither_name_means_no_sentence():
    assert ground("Nothing here.")[1] == Evidence()


def test_the_closest_pair_of_mentions_is_shown():
    text, evidence = ground("Aspirin, unlike others, and aspirin too, inhibits COX-1.")
    assert evidence.drug_span.start == text.index("aspirin too")


def test_mentions_that_overlap_are_avoided():
    text, evidence = ground("The dopamine transporter takes up dopamine.", ("dopamine", "substrate", "dopamine transporter"))
    assert evidence.drug_span.start == text.rindex("dopamine")


@pytest.mark.parametrize(
    ("interaction", "word"),
    [
        ("inhibitor", "inhibiting"),
        ("agonist", "agonistic"),
        ("activator", "activates"),
        ("binder", "bind"),
        ("substrate", "substrates"),
    ],
)
def test_cues_are_words_of_the_same_stem(interaction, word):
    assert cues(interaction).search(f"it {word} it")
    assert not cues(interaction).search("no such word")


def test_agonist_is_no_cue_in_antagonist():
    assert not cues("agonist").search("an antagonist")


@pytest.mark.parametrize("interaction", ["", "of", "2"])
def test_an_interaction_without_a_word_has_no_cue(interaction):
    assert cues(interaction) is None


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_and_names_give_exact_evidence_or_none(abstract, drug, interaction, target):
    text, evidence = ground(f"{abstract} {drug}.", (drug, interaction, target))
    assert evidence.sentence == (at(text, evidence.sentence_span) if evidence.sentence_span else "")
    assert (evidence.sentence_span is None) == (evidence.drug_span is None and evidence.target_span is None)


@pytest.mark.parametrize("text", ["aspirin COX-1 ", "aspirin COX-1. ", "aspirin (COX-1) ", "(", "\n", "aspirin"])
def test_a_text_of_nothing_but_names_is_no_trap(text):
    """Quadratic work on it would run into the tests' time limit."""
    _, evidence = ground(text * (200_000 // len(text)))
    assert evidence.grounded is ("COX-1" in text)

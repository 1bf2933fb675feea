from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dti.domain.documents import Document, Section
from dti.domain.evidence import Assay, Certainty, Evidence, Polarity, QuantityKind, SectionKind, Span
from dti.domain.triplets import Triplet
from dti.grounding.evidence import Grounder


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
    assert (evidence.polarity, evidence.certainty) == (Polarity.AFFIRMED, Certainty.FACT)


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


def test_a_question_and_a_denial_come_after_an_affirmation():
    asked, denied = "We asked whether aspirin inhibits COX-1.", "Aspirin did not inhibit COX-1."
    assert ground(f"{asked} {denied} Aspirin inhibited COX-1.")[1].sentence == "Aspirin inhibited COX-1."
    assert ground(f"{asked} {denied}")[1].sentence == denied


def test_the_other_sentences_with_both_names_support_it():
    text, evidence = ground(
        "Aspirin inhibits COX-1. Nothing. Aspirin did not inhibit COX-1 in rats. COX-1 may be hit by aspirin."
    )
    assert [each.sentence for each in evidence.supporting] == [
        "Aspirin did not inhibit COX-1 in rats.",
        "COX-1 may be hit by aspirin.",
    ]
    assert [each.polarity for each in evidence.supporting] == [Polarity.NEGATED, Polarity.AFFIRMED]
    assert [each.certainty for each in (evidence, *evidence.supporting)] == [Certainty.FACT, Certainty.FACT, Certainty.HEDGED]
    assert all(at(text, each.sentence_span) == each.sentence and not each.supporting for each in evidence.supporting)


def test_the_trigger_species_and_quantities_stand_beside_the_names():
    text, evidence = ground("Aspirin potently inhibited COX-1 in rats with an IC50 of 5 µM.")
    assert at(text, evidence.trigger_span) == "inhibited"
    assert evidence.species == ("10116",)
    assert evidence.assays == (Assay.IN_VITRO,)
    [quantity] = evidence.quantities
    assert (quantity.kind, quantity.nanomolar, at(text, quantity.span)) == (QuantityKind.IC50, 5000.0, quantity.text)


def test_hints_of_the_document_serve_where_the_sentence_has_none():
    _, evidence = ground("Mice were used. Aspirin inhibited COX-1.")
    assert evidence.species == ("10090",)


SECTIONS = (
    Section("Aspirin inhibits COX-1.", "BACKGROUND"),
    Section("Aspirin was given with COX-1.", "", "METHODS"),
    Section("Aspirin blocked COX-1.", "KEY RESULTS"),
    Section("Aspirin works on COX-1.", "Interpretation"),
    Section("COX-1, aspirin.", "FUNDING"),
)


def test_sections_are_named_and_what_stands_in_the_background_is_background():
    abstract = " ".join(f"{section.label}: {section.text}" if section.label else section.text for section in SECTIONS)
    document = Document(source="file", id="1", title="Aspirin and COX-1.", abstract=abstract, sections=SECTIONS)
    evidence = Grounder(document).ground(Triplet("aspirin", "blocker", "COX-1")).evidence
    found = {each.section: each for each in (evidence, *evidence.supporting)}
    assert set(found) == set(SectionKind)
    assert evidence.section is SectionKind.RESULTS
    assert found[SectionKind.BACKGROUND].certainty is Certainty.BACKGROUND


def test_a_pair_in_different_sentences_is_not_assessed():
    _, evidence = ground("Aspirin is old. Then COX-1 was not inhibited.")
    assert (evidence.polarity, evidence.certainty, evidence.supporting) == (Polarity.UNASSESSED, Certainty.UNASSESSED, ())


@settings(deadline=None)  # tables are read and patterns compiled at the first call
@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_and_names_give_exact_evidence_or_none(abstract, drug, interaction, target):
    text, evidence = ground(
        f"{abstract} {drug} {interaction} {target}. {target} {abstract} {drug}", (drug, interaction, target)
    )
    assert (evidence.sentence_span is None) == (evidence.drug_span is None and evidence.target_span is None)
    for each in (evidence, *evidence.supporting):
        assert each.sentence == (at(text, each.sentence_span) if each.sentence_span else "")
        for span in filter(None, (each.drug_span, each.target_span, each.trigger_span)):
            assert 0 <= span.start < span.end <= len(text)
        assert all(at(text, quantity.span) == quantity.text for quantity in each.quantities)


WORDS = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd", "Sm", "So", "Mn")), min_size=1, max_size=8)


@settings(deadline=None)  # tables are read and patterns compiled at the first call
@given(
    st.lists(WORDS, max_size=8),
    st.lists(WORDS, max_size=8),
    st.sampled_from(["ibrutinib-α", "GDC‐0199", "ацетил", "薬物X"]),
    WORDS,
)
def test_spans_are_the_mentions_in_any_script(before, between, drug, filler):
    """Known mentions, as the recogniser hands them over: the text under a span is the mention, whatever stands around it."""
    sentence = " ".join([*before, drug, *between, "BTK𝛽", filler]) + "."
    offset = len("A title. ")
    start, end = sentence.index(drug), sentence.index("BTK𝛽")
    document = Document(source="file", id="1", title="A title.", abstract=sentence)
    spans = Span(offset + start, offset + start + len(drug)), Span(offset + end, offset + end + len("BTK𝛽"))
    evidence = Grounder(document).ground(Triplet(drug, "inhibitor", "BTK𝛽"), [spans[0]], [spans[1]]).evidence
    assert (at(document.text, evidence.drug_span), at(document.text, evidence.target_span)) == (drug, "BTK𝛽")


@pytest.mark.parametrize("text", ["aspirin COX-1 ", "aspirin COX-1. ", "aspirin (COX-1) ", "(", "\n", "aspirin"])
def test_a_text_of_nothing_but_names_is_no_trap(text):
    """Quadratic work on it would run into the tests' time limit."""
    _, evidence = ground(text * (200_000 // len(text)))
    assert evidence.grounded is ("COX-1" in text)


def test_names_far_apart_in_an_endless_sentence_are_not_assessed():
    """Quadratic work on it would run into the tests' time limit."""
    _, evidence = ground(f"Aspirin {'not no but ' * 4_000} inhibits COX-1.")
    assert evidence.grounded
    assert evidence.polarity is Polarity.UNASSESSED

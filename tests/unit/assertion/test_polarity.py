from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.polarity import score, sentences
from dti.assertion.certainty import certainty
from dti.assertion.masking import Masked
from dti.assertion.polarity import polarity
from dti.domain.evidence import Certainty, Polarity, Span


def masked(sentence):
    """A sentence with the drug in braces and the target in angle brackets."""
    drug = sentence.index("{"), sentence.index("}")
    target = sentence.index("<"), sentence.index(">")
    plain = sentence.translate(str.maketrans("", "", "{}<>"))

    def moved(start, end):
        before = sum(mark < start for mark in (*drug, *target))
        return Span(start - before, end - before - 1)

    return Masked(plain, moved(*drug), moved(*target))


@pytest.mark.parametrize(
    "sentence",
    [
        "{X} did not inhibit <Y>.",
        "No effect of {X} on <Y> was seen.",
        "{X} failed to inhibit <Y>.",
        "The lack of effect of {X} on <Y> is clear.",
        "{X} inhibited Z rather than <Y>.",
        "The effect of {X} is independent of <Y>.",
        "{X} inhibited Z without affecting <Y>.",
        "Z but not {X} inhibited <Y>.",
        "Z inhibits <Y>, whereas {X} does not.",
        "Unlike {X}, Z inhibits <Y>.",
        "All drugs except {X} inhibited <Y>.",
        "The Z inhibitor {X} did not affect <Y>.",
        "{X} inhibits Z while <Y> is not affected.",
        "<Y> is not inhibited by {X}.",
        "Domain Z matters for A binding but none in {X} recognition by <Y>.",
        "{X} had no effect on Z or on <Y> and was associated with nausea.",
    ],
)
def test_denied(sentence):
    assert polarity(masked(sentence)) is Polarity.NEGATED


@pytest.mark.parametrize(
    "sentence",
    [
        "{X} inhibited <Y>.",
        "{X} but not Z inhibited <Y>.",
        "{X} inhibited not only <Y> but also Z.",
        "{X} inhibited <Y> without affecting Z.",
        "{X} never failed to inhibit <Y>.",
        "The <Y> inhibitor {X} did not affect Z.",
        "{X}, an inhibitor of <Y>, did not affect Z.",
        "{X} had no effect in <Y>-deficient mice.",
        "Z does not change the ability of {X} to inhibit <Y>.",
        "Unlike Z, {X} inhibits <Y>.",
        "{X}, which is not toxic, inhibits <Y>.",
        "{X} raised NO by blocking <Y>.",
        "{X} shifted the curve without lowering its maximum, as expected of an antagonist of <Y>.",
        "No drug but {X} is a better inhibitor of <Y> in the absence of Z.",
        "<Y> shows little uptake of amines and is {X} dependent.",
        "<Y> did not bind Z to the same extent as {X}.",
        "The profile of {X} did not correlate with that of <Y>.",
        "It encodes a <Y> protein lacking 12 {X} residues.",
        "The mutation in <Y> did not affect {X} potency.",
        "None of the drugs caused inhibition of {X} binding to <Y>.",
        "Failure to respond to {X} was associated with a fall in <Y>.",
        "The {X} tumours had lack of basal cells, and high <Y> staining.",
        "Nor were these blocked by the <Y> antagonist A100 ({X}).",
        "Z plays a role in {X} binding to <Y> but none in A binding.",
    ],
)
def test_affirmed(sentence):
    assert polarity(masked(sentence)) is Polarity.AFFIRMED


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("{X} inhibits <Y>.", Certainty.FACT),
        ("{X} may inhibit <Y>.", Certainty.HEDGED),
        ("These data suggest that {X} inhibits <Y>.", Certainty.HEDGED),
        ("{X} inhibits <Y>, which suggests a use.", Certainty.FACT),
        ("We asked whether {X} may inhibit <Y>.", Certainty.HYPOTHESIS),
        ("Does {X} inhibit <Y>?", Certainty.HYPOTHESIS),
        ("{X} is known to inhibit <Y>.", Certainty.BACKGROUND),
        ("The effect of {X}, an inhibitor of <Y>, on Z was studied.", Certainty.FACT),
        ("Contrary to earlier reports, {X} inhibits <Y>.", Certainty.FACT),
    ],
)
def test_certainty(sentence, expected):
    assert certainty(masked(sentence)) is expected


@pytest.mark.parametrize("split", ["tuning", "unseen"])
def test_our_sentences(split):
    cases = list(sentences(split))
    found = [polarity(case.masked) is Polarity.NEGATED for case in cases]
    assert score([case.denied for case in cases], found).f1 > 0.95
    assert sum(certainty(case.masked) is case.certainty for case in cases) > 0.95 * len(cases)


CUE_WORDS = (
    *(
        "not",
        "no",
        "neither",
        "nor",
        "but",
        "without",
        "which",
        "whereas",
        "although",
        "unlike",
        "except",
        "whether",
        "may",
        "by",
        "of",
    ),
    *(",", ".", ";", "(", ")"),
)
CUES = st.lists(st.sampled_from(CUE_WORDS))


@settings(deadline=None)  # tables are read and patterns compiled at the first call
@given(st.text(), CUES, CUES, CUES, st.booleans())
def test_any_sentence_has_a_reading(text, before, between, after, drug_first):
    parts = [" ".join(before), "aspirin", " ".join(between), "COX-1", " ".join(after) + text]
    sentence = " ".join(parts)
    first = Span(sentence.index("aspirin"), sentence.index("aspirin") + 7)
    second = Span(sentence.index("COX-1"), sentence.index("COX-1") + 5)
    pair = Masked(sentence, *((first, second) if drug_first else (second, first)))
    assert polarity(pair) in {Polarity.AFFIRMED, Polarity.NEGATED}
    assert certainty(pair) is not Certainty.UNASSESSED

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.grounding.mentions import MentionFinder, Method
from dti.grounding.names import canonical

NAMES = st.lists(
    st.sampled_from(["MAO", "A", "-", "5", "HT", "α", " ", "II", "(", ")", "β", "₂", "receptors", "ß", "é", "ﬁ", "+"])
)


def found(name, text):
    return [text[m.span.start : m.span.end] for m in MentionFinder(text).find(name)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("aspirin", "Aspirin and aspirin, not aspirins-like paspirin.", ["Aspirin", "aspirin", "aspirins"]),
        ("mao - a", "MAO-A, MAOA and MAO A; not MAO, MAO-B or MAO-AB", ["MAO-A", "MAOA", "MAO A"]),
        ("cox-2", "COX-2, COX2, COX 2 and COX-II; not COX. 2, COX-20 or xCOX-2", ["COX-2", "COX2", "COX 2", "COX-II"]),
        ("tnf - alpha", "TNF-α, TNFα and TNFalpha; not TNF-β", ["TNF-α", "TNFα", "TNFalpha"]),
        ("5 - ht2a", "5-HT2A, 5-HT(2A) and 5-HT₂A; not 5-HT2AB", ["5-HT2A", "5-HT(2A)", "5-HT₂A"]),
        ("cotrimoxazole", "Co-trimoxazole", ["Co-trimoxazole"]),
        ("antibody", "antibodies", ["antibodies"]),
        ("(+)-propranolol", "(-)-propranolol, (+)-propranolol", ["(+)-propranolol"]),
        ("glucocorticoid receptor", "the glucocorticoid\n receptor", ["glucocorticoid\n receptor"]),
    ],
)
def test_finds_every_spelling(name, text, expected):
    assert found(name, text) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cox", "COX-2 and COX2"),
        ("mao", "MAO-A and MAO-β"),
        ("ht", "5-HT"),
        ("toluene", "4-nitro- and 4-toluene"),
        ("d2", "vitamin D 2 h later"),
        ("mao-a", "MAO a day before"),
        ("met", "the criteria were met"),
        ("no", "no effect"),
        ("mao-b", "MAO-A and -B"),
        ("ibuprofen", "aspirin"),
        ("", "anything"),
        ("isa", "is a"),
    ],
)
def test_never_guesses(name, text):
    assert found(name, text) == []


def test_a_short_form_defined_in_the_text_stands_for_its_long_form_and_the_reverse():
    text = "Monoamine oxidase A (MAO-A) was blocked. MAO-A recovered; mao-a is a wasp."
    assert found("monoamine oxidase a", text) == ["Monoamine oxidase A", "MAO-A", "MAO-A"]
    assert "Monoamine oxidase A" in found("mao-a", text)


def test_a_short_form_of_something_longer_is_not_taken():
    assert found("oxidase a", "Monoamine oxidase A (MAO-A) was blocked. MAO-A recovered.") == ["oxidase A"]


def test_both_halves_of_a_name_with_a_bracketed_abbreviation_count():
    text = "The angiotensin converting enzyme is ACE; an ace is a card."
    assert found("angiotensin-converting enzyme (ace)", text) == ["angiotensin converting enzyme", "ACE"]


def test_mentions_say_how_they_match():
    methods = [mention.method for mention in MentionFinder("Aspirin, aspirin, aspirins").find("aspirin")]
    assert methods == [Method.CASE, Method.EXACT, Method.NORMALISED]


@pytest.mark.parametrize(
    ("name", "text", "spelled"),
    [
        ("mao - a", "MAO-A, MAO-A and MAO A", "MAO-A"),
        ("haloperidol", "Haloperidol. Haloperidol and more haloperidol.", "haloperidol"),
        ("haloperidol", "Haloperidol was given. Haloperidol helped.", "haloperidol"),
        ("gleevec", "We gave Gleevec.", "Gleevec"),
        ("dna", "DNA. DNA", "DNA"),
        ("glp-1 receptor", "peptide-1 (GLP-1) receptor", "glp-1 receptor"),
        ("dopamine d2 receptor", "dopamine D2 receptors", "dopamine d2 receptor"),
        ("monoamine oxidase a", "MAO-A", "monoamine oxidase a"),
    ],
)
def test_a_name_is_printed_as_the_document_spells_it(name, text, spelled):
    finder = MentionFinder(text)
    assert finder.spelling(name, finder.find(name)) == spelled


@given(NAMES.map("".join), st.lists(NAMES.map("".join), max_size=4))
def test_every_span_is_a_spelling_at_token_boundaries(name, others):
    text = " and ".join([*others, name])
    for mention in MentionFinder(text).find(name):
        span = mention.span
        if mention.method is not Method.ABBREVIATION:
            assert canonical(text[span.start : span.end]) == canonical(name)
        assert not text[span.start - 1 : span.start].isalnum() or span.start == 0
        assert not text[span.end : span.end + 1].isalnum()


@given(st.from_regex(r"[A-Z][a-zα-ω]{3,9}(-[0-9]{1,2}[A-C]?)?", fullmatch=True), st.text("aä\U0001f600\n .,;", max_size=9))
def test_a_name_that_is_in_the_text_is_found_where_it_is(name, before):
    text = f"{before} {name}. {name.casefold()}"
    spans = [mention.span for mention in MentionFinder(text).find(name)]
    starts = [span.start for span in spans]
    assert len(before) + 1 in starts
    assert text.rindex(name.casefold()) in starts

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.mentions import Found
from dti.mentions import Recogniser
from dti.mentions.ellipsis import members
from dti.mentions.matching import TokenisedText


@pytest.fixture(scope="module")
def recogniser(lexicon):
    return Recogniser(lexicon)


def document(abstract, title=""):
    return Document(source="pmid", id="1", title=title, abstract=abstract)


def found(recogniser, text):
    """Written form, kind and identifier of the best alternative of each mention."""
    mentions = recogniser.find(document(text))
    return [
        (text[m.span.start : m.span.end], m.kind.value, m.alternatives[0].entity.curie if m.alternatives else "")
        for m in mentions
    ]


def targets(recogniser, text):
    return [(written, curie) for written, kind, curie in found(recogniser, text) if kind == "target"]


def test_names_of_both_kinds_with_their_entities(recogniser):
    assert found(recogniser, "Clorgyline inhibits monoamine oxidase A in rats.") == [
        ("Clorgyline", "drug", "drugbank:DB90001"),
        ("monoamine oxidase A", "target", "hgnc:91001"),
    ]


def test_the_longest_name_wins(recogniser):
    assert found(recogniser, "clorgyline hydrochloride and dopamine D2 receptors") == [
        ("clorgyline hydrochloride", "drug", "drugbank:DB90001"),
        ("dopamine D2 receptors", "target", "hgnc:91003"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MAO-A and -B were inhibited", [("MAO-A", "hgnc:91001"), ("B", "hgnc:91002")]),
        ("monoamine oxidase A and B were inhibited", [("monoamine oxidase A", "hgnc:91001"), ("B", "hgnc:91002")]),
        ("MAO-A/B inhibitors", [("MAO-A", "hgnc:91001"), ("B", "hgnc:91002")]),
        ("D2 and D3 dopamine receptors", [("D2", "hgnc:91003"), ("D3 dopamine receptors", "hgnc:91004")]),
        ("dopamine D2- and D3-receptors", [("dopamine D2", "hgnc:91003"), ("D3-receptors", "hgnc:91004")]),
        ("the dopamine receptors D2, D3", [("dopamine receptors D2", "hgnc:91003"), ("D3", "hgnc:91004")]),
        ("DRD2/3 were expressed", [("DRD2", "hgnc:91003"), ("3", "hgnc:91004")]),
        ("dopamine and serotonin receptors", [("dopamine", "fplx:DRD")]),
        ("dopamine (DA) receptors", [("dopamine (DA) receptors", "fplx:DRD")]),
        ("monoamine oxidase (MAO)-B was", [("monoamine oxidase (MAO)-B", "hgnc:91002")]),
        ("DRD2 and 3.5 mg", [("DRD2", "hgnc:91003")]),
        ("40 DRD and 3 others", [("DRD", "fplx:DRD")]),  # a count, though DRD3 is a receptor
        ("DRD2 and 3 of 5", [("DRD2", "hgnc:91003")]),
    ],
)
def test_enumerations_expand_to_their_members(recogniser, text, expected):
    assert targets(recogniser, text) == expected


@pytest.mark.parametrize(
    ("text", "count"), [("monoamine oxidase C2/A", 1), ("monoamine oxidase G2/A", 0), ("monoamine oxidase kg/B", 0)]
)
def test_units_and_phases_begin_no_enumeration(lexicon, text, count):
    assert len(list(members(TokenisedText(text), lexicon))) == count


@pytest.mark.parametrize(
    "text",
    [
        "The aim was to treat.",  # AIM is a symbol
        "AIM: to treat",
        "It was not given. Not one.",  # Not is a brand
        "mao was a chairman",
        "with P = 0.05, n = 3 and 4",
        "MAO-13358 is a compound",
        "in The New Aim of it",
        "doses of 2 and 3 mg",
        "Examples D and 2 more of the DNA in MCF-7",
        "Cells D in 2 min(-1)",
        "drdx and 2 more",  # but for its last letter the word is DRD2's stem
        "by MAO regression and MAO's proportional hazards",  # Cox's, in the literature
    ],
)
def test_words_that_only_look_like_names_are_left_out(recogniser, text):
    assert [item for item in found(recogniser, text) if item[2]] == []


@pytest.mark.parametrize(
    ("text", "count"), [("It binds Mao here.", 1), ("Mao binds.", 0), ("it binds mao", 0), ("MAO binds", 1)]
)
def test_a_short_symbol_needs_its_capitals(recogniser, text, count):
    assert len(targets(recogniser, text)) == count


def test_a_brand_counts_with_its_capital_within_a_sentence(recogniser):
    assert ("Parcopax", "drug", "drugbank:DB90002") in found(recogniser, "Patients took Parcopax daily.")
    assert found(recogniser, "Patients took parcopax daily.") == []


def test_a_drug_within_a_target_s_name_is_no_drug(recogniser):
    assert found(recogniser, "the melatonin receptor type 1A") == [("melatonin receptor type 1A", "target", "uniprot:P91005")]


def test_short_forms_mean_what_the_text_defines(recogniser):
    text = "Clorgyline (CLG) was given. CLG inhibits monoamine oxidase A (MOX). Later MOX and CLG fell."
    assert [curie for written, _, curie in found(recogniser, text) if written == "CLG"] == ["drugbank:DB90001"] * 3
    mentions = recogniser.find(document(text))
    assert {m.found for m in mentions if text[m.span.start : m.span.end] == "MOX"} == {Found.ABBREVIATION}


def test_a_short_form_defined_as_something_else_is_no_name(recogniser):
    text = "Patients with mild abdominal obesity (MAO) were asked. MAO was frequent."
    assert found(recogniser, text) == []


@pytest.mark.parametrize(
    "name",
    [
        "ICI 200,880",
        "MK-5046",
        "SL65.0155",
        "[3H]Examplidine",
        "zzexamptinib",
        "5-(6-hydroxy-2-naphthyl)-1,2,3-benzenetriol",
        "zaxofline",
    ],
)
def test_drugs_that_no_lexicon_lists_are_mentions_without_entity(recogniser, name):
    assert found(recogniser, f"We tested {name} here.") == [(name, "drug", "")]


@pytest.mark.parametrize(
    "name",
    [
        "CD204",
        "HL-60",
        "medicine",
        "routine",
        "IL-1234",
        "MCF-700 cells",
        "protein",
        "insulin receptors",
        "harlequin ichthyosis",
    ],
)
def test_what_is_named_alike_is_no_drug(recogniser, name):
    assert found(recogniser, f"We tested {name} here.") == []


@pytest.mark.parametrize("text", ["(6-hydroxyexamptamine, 10 mg)", "6-hydroxyexamptamine-induced lesions"])
def test_what_goes_with_a_name_is_no_part_of_it(recogniser, text):
    assert found(recogniser, text) == [("6-hydroxyexamptamine", "drug", "")]


def test_families_offer_their_members_behind_them(recogniser):
    (mention,) = recogniser.find(document("dopamine receptor blockade"))
    curies = [alternative.entity.curie for alternative in mention.alternatives]
    assert curies[0] == "fplx:DRD"
    assert "hgnc:91003" in curies[1:]
    scores = [alternative.score for alternative in mention.alternatives]
    assert scores == sorted(scores, reverse=True)


def test_brackets_close(recogniser):
    assert [written for written, _ in targets(recogniser, "at the D(2) dopamine receptor and D(2)receptor")] == [
        "D(2) dopamine receptor",
        "D(2)receptor",
    ]


def test_title_and_kind(recogniser):
    first, second = recogniser.find(document("Clorgyline again.", title="Clorgyline."))
    assert (first.in_title, second.in_title) == (True, False)
    assert first.kind is EntityKind.DRUG


@given(st.text())
def test_any_text_gives_ordered_spans_within_it(recogniser, text):
    mentions = recogniser.find(document(text))
    assert all(0 <= m.span.start < m.span.end <= len(text) for m in mentions)
    assert [m.span.start for m in mentions] == sorted(m.span.start for m in mentions)


@given(before=st.text("αβ\u0301 ﬁ.,()😀", max_size=20), after=st.text("αβ ﬁ.,()😀", max_size=20))
def test_offsets_hold_in_any_surroundings(recogniser, before, after):
    text = f"{before} clorgyline {after}"
    assert ("clorgyline", "drug", "drugbank:DB90001") in found(recogniser, text)

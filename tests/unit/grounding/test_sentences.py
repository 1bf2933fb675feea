from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.domain.documents import Document, Section
from dti.grounding.sentences import sentences


def document(abstract, title="", sections=()):
    return Document(source="file", id="1", title=title, abstract=abstract, sections=sections)


def cut(doc):
    return [doc.text[span.start : span.end] for span in sentences(doc)]


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin inhibits COX-1, e.g. in platelets. | It acts fast.",
        "Aspirin vs. ibuprofen was tested. | Both worked.",
        "See Fig. 2 for details. | No effect was seen.",
        "Smith et al. reported that aspirin acts. | We did.",
        "Cultures of E. coli were lysed. | S. aureus was not.",
        "The IC50 = 3.4 nM was found. | The Ki was 0.2 microM.",
        "This was mediated by Ca2+. | The response was blocked.",
        "The dose was 5 mg/kg i.v. in rats. | Then 10 mg/kg p.o. was given.",
        "The dose was 5 mg/kg i.v. | The rats recovered.",
        "Patients took 400 mg b.i.d. (capsules) or placebo. | None withdrew.",
        "It was inhibited (P < 0.05). | alpha-Methyl-p-tyrosine had no effect (P > 0.1). | So it stands.",
        "Of them, 52 were <13 years old. | Randomization was kept. | Levels >5 fell.",
        "It binds 5-HT1A receptors. | 5-HT was released.",
        "Groups received: 1) saline; 2) drug. | The drug worked. | Saline did not.",
        "The p.Val600Glu mutation in B-RAF confers sensitivity. | Other mutants do not.",
        "Bacteria of Streptococcus spp. were killed. | Clostridium sp. survived.",
        "It is a substrate of P-gp. | (-)-Propranolol was used.",
        "pKi (ca. 8.5) was high. | [3H]Ketanserin was displaced.",
        "Was it selective? | Yes, it was! | It works.",
        "Migraine patients (vs. TTH) had less pain. | Others did not.",
    ],
)
def test_cuts_where_a_reader_would(text):
    expected = text.split(" | ")
    assert cut(document(" ".join(expected))) == expected


def test_the_title_is_a_sentence_of_its_own():
    assert cut(document("it inhibits COX-1.", title="Aspirin and")) == ["Aspirin and", "it inhibits COX-1."]


@pytest.mark.parametrize("joint", [" ", "\n"])
def test_labelled_sections_are_never_joined_and_their_labels_belong_to_no_sentence(joint):
    sections = (Section("the rats, etc.", "METHODS"), Section("which died.", "RESULTS"))
    doc = document(f"METHODS: the rats, etc.{joint}RESULTS: which died.", title="Of rats", sections=sections)
    assert cut(doc) == ["Of rats", "the rats, etc.", "which died."]


def test_sections_printed_without_their_labels_are_hard_breaks_too():
    sections = (Section("the rats of St.", "METHODS"), Section("Gallen died.", "RESULTS"))
    assert cut(document("the rats of St. Gallen died.", sections=sections)) == ["the rats of St.", "Gallen died."]


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_spans_are_exact_ordered_and_lose_no_word(title, abstract, parts):
    doc = document(" ".join([abstract, *parts]), title, tuple(Section(part) for part in parts))
    spans = sentences(doc)
    ends = 0
    for span in spans:
        assert ends <= span.start < span.end
        assert doc.text[span.start : span.end] == doc.text[span.start : span.end].strip()
        ends = span.end
    assert "".join("".join(sentence.split()) for sentence in cut(doc)) == "".join(doc.text.split())

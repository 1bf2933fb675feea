from __future__ import annotations

import pytest

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.errors import LexiconError
from dti.mentions import Naming, Recogniser, candidates

TITLE = "Clorgyline inhibits MAO-A."
ABSTRACT = "Clorgyline and MK-9999 inhibit monoamine oxidase A; levodopa and mk-9999 do not. MK-9999 is new."


@pytest.fixture(scope="module")
def recogniser(lexicon):
    return Recogniser(lexicon)


@pytest.fixture(scope="module")
def found(recogniser):
    document = Document(source="pmid", id="1", title=TITLE, abstract=ABSTRACT)
    return {candidate.name: candidate for candidate in candidates(document, recogniser.find(document))}


def test_one_candidate_for_all_mentions_of_an_entity(found):
    target = found["Amine oxidase [flavin-containing] A"]
    assert (target.kind, target.frequency, target.in_title, target.rank) == (EntityKind.TARGET, 2, True, 0)
    assert [f"{TITLE} {ABSTRACT}"[span.start : span.end] for span in target.spans] == ["MAO-A", "monoamine oxidase A"]
    assert found["Levodopa"].in_title is False


def test_names_by_style_end_with_the_document_s_own(found):
    styles = dict(reversed(found["Amine oxidase [flavin-containing] A"].names))
    assert styles["ttd"] == "Monoamine oxidase type A (MAO-A)"
    assert found["Clorgyline"].names[-1] == ("surface", "Clorgyline")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("the melatonin receptors type 1A here", "melatonin receptors type 1A"),
        ("at dopamine receptors", "dopamine receptor"),  # no table prints a family: its longest spelling, in the singular
        ("dopamine D2 and D3 receptors", "D3 receptor"),
        ("D2 receptors; also DRD2 and -3 and more", "Dopamine D3 receptor"),
    ],
)
def test_a_target_that_no_table_prints_is_printed_as_written(recogniser, text, printed):
    document = Document(source="pmid", id="1", title="", abstract=text)
    assert printed in {candidate.name for candidate in candidates(document, recogniser.find(document))}


def test_an_unlisted_name_is_printed_as_written(found):
    unlisted = found["MK-9999"]
    assert (unlisted.entity, unlisted.names, unlisted.frequency) == (None, (("surface", "MK-9999"),), 2)


def test_the_table_decides_by_the_drug_how_the_target_is_printed(found):
    naming = Naming.read()
    target = found["Amine oxidase [flavin-containing] A"]
    assert naming.drug_class(found["Levodopa"]) == "approved"
    assert naming.target_name(found["Levodopa"], target) == "Amine oxidase [flavin-containing] A (MAO-A)"
    assert naming.drug_class(found["MK-9999"]) == "unlisted"
    assert naming.target_name(found["MK-9999"], target) == "Monoamine oxidase type A (MAO-A)"
    assert naming.drug_class(found["Clorgyline"]) == "experimental"


def test_a_style_that_the_target_lacks_falls_back(found):
    naming = Naming("drugbank", "nowhere", {"approved": {"nowhere": 9, "hgnc": 1}})
    target = found["Amine oxidase [flavin-containing] A"]
    assert naming.target_name(found["Levodopa"], target) == "monoamine oxidase A"
    assert naming.target_name(found["MK-9999"], target) == target.name


@pytest.mark.parametrize(
    "text", ["drug_source = ", "drug_source = 'x'", "drug_source = 'x'\nsymbol_source = 'y'\ntarget = [{drug = 'approved'}]"]
)
def test_a_bad_table_is_refused(tmp_path, text):
    path = tmp_path / "naming.toml"
    path.write_text(text)
    with pytest.raises(LexiconError, match=r"naming\.toml"):
        Naming.read(path)

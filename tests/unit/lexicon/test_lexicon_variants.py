from __future__ import annotations

import pytest

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import Record
from dti.lexicon.fold import fold
from dti.lexicon.merge import merge
from dti.lexicon.variants import variants


def folded(name, kind=EntityKind.TARGET):
    return {fold(text): name_type for text, name_type in variants(name, kind)}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Monoamine oxidase type A (MAO-A)", "MAO-A"),
        ("Monoamine oxidase type A (MAO-A)", "monoamine oxidase A"),
        ("Dopamine D2 receptor", "D2 dopamine receptors"),
        ("Dopamine D2 receptor", "D2 receptor"),
        ("Adenosine receptor A1", "adenosine A1 receptor"),
        ("Alpha-1A adrenergic receptor", "alpha1A-adrenoceptor"),
        ("Sodium-dependent serotonin transporter", "sodium-dependent serotonin reuptake"),
        ("Nitric oxide synthase, inducible", "inducible nitric oxide synthase"),
        ("Glutaminase liver isoform, mitochondrial", "glutaminase liver isoform"),
        ("Human immunodeficiency virus Integrase (HIV IN)", "HIV-1 integrase"),
        ("Coagulation factor Xa (F10)", "factor Xa"),
        ("DNA gyrase subunit A", "DNA gyrase A"),
        ("DNA gyrase subunit A", "DNA gyrase"),
        ("TACR3R", "TACR3 receptor"),
        ("PPAR-gamma", "PPARg"),
    ],
)
def test_target_names_as_papers_write_them(name, written):
    assert fold(written) in folded(name)


def test_a_place_in_brackets_is_no_abbreviation():
    assert fold("liver") not in folded("Glycogen phosphorylase (liver)")


def test_a_short_word_never_stands_for_a_whole_name():
    assert fold("ER") not in folded("Estrogen receptor")
    assert folded("Estrogen receptor alpha")[fold("ER alpha")] is NameType.VARIANT


def test_what_says_less_than_the_name_is_weak():
    names = folded("Dopamine D2 receptor")
    assert names[fold("D2")] is NameType.WEAK
    assert names[fold("D2 receptor")] is NameType.VARIANT


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Clorgyline hydrochloride", "Clorgyline"),
        ("Testosterone (hormone)", "testosterone"),
        ("Examplase alfa, human", "examplase alfa"),
    ],
)
def test_drug_names_without_their_form(name, written):
    assert fold(written) in folded(name, EntityKind.DRUG)


def test_targets_of_one_polyprotein_stay_apart():
    def target(number, name):
        ids = (f"ttd.target:{number}", "uniprot.mnemonic:POL_X")
        return "ttd", Record(ids=ids, kind=EntityKind.TARGET, names=((name, NameType.CANONICAL),))

    entities = merge([target("T1", "Virus Integrase"), target("T2", "Virus Protease")])
    assert {entity.printed("ttd") for entity in entities} == {"Virus Integrase", "Virus Protease"}

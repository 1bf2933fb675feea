"""The default linker over the embedded lexicon: what names mean where they are read."""

from __future__ import annotations

import pytest

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.lexicon import open_lexicon
from dti.linking import LINKERS
from dti.linking._readings import usual_abbreviations
from dti.settings import Settings

DRUG, TARGET = EntityKind.DRUG, EntityKind.TARGET


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory):
    return open_lexicon(Settings().lexicon, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def link(lexicon):
    linker = LINKERS.build("contextual", lexicon=lexicon)

    def resolve(name, kind, text=""):
        return linker.link(name, kind, Document(source="file", id="1", title="", abstract=text))

    return resolve


@pytest.mark.parametrize(
    ("name", "kind", "curie"),
    [
        ("EGFR", TARGET, "hgnc:3236"),
        ("egfr", TARGET, "hgnc:3236"),
        ("human EGFR", TARGET, "hgnc:3236"),
        ("EGFR mRNA", TARGET, "hgnc:3236"),
        ("DRD2 gene", TARGET, "hgnc:3023"),
        ("dopamine D2 receptor", TARGET, "hgnc:3023"),
        ("TGF-beta1", TARGET, "hgnc:11766"),
        ("cyclooxygenase (COX)-2", TARGET, "hgnc:9605"),
        ("Akt", TARGET, "fplx:AKT"),
        ("aspirin tablets", DRUG, "drugbank:DB00945"),
        ("valproate", DRUG, "drugbank:DB00313"),
        ("L-DOPA", DRUG, "drugbank:DB01235"),
        ("Ca(2+) channel blockers", DRUG, "mesh:D002121"),
        ("Gleevec", DRUG, "drugbank:DB00619"),
        ("GLEEVEC", DRUG, "drugbank:DB00619"),
        ("MG 132", DRUG, "chebi:75142"),
        ("arsenite sodium", DRUG, "chebi:29678"),
        ("20-hydroxyecdysone radical", DRUG, "chebi:16587"),
        ("beta-endosulfan", DRUG, "chebi:4791"),
        ("5-HT(6) receptor antagonists", DRUG, "mesh:D012702"),
        ("muscarinic receptor antagonism", DRUG, "mesh:D018727"),
    ],
)
def test_names_without_context(link, name, kind, curie):
    assert link(name, kind).curie == curie


@pytest.mark.parametrize(
    ("name", "kind", "not_this"),
    [
        ("EGFR inhibitor", TARGET, "hgnc:3236"),
        ("anti-EGFR antibody", TARGET, "hgnc:3236"),
        ("anti-EGFR antibodies", DRUG, "hgnc:3236"),
        ("EGFR siRNA", TARGET, "hgnc:3236"),
        ("dopamine antagonist", DRUG, "drugbank:DB00988"),
        ("insulin receptor", TARGET, "hgnc:6081"),
        ("aspirin derivative", DRUG, "drugbank:DB00945"),
        ("cupric sulfate", DRUG, "chebi:28694"),
        ("phospholipid", DRUG, "chebi:18059"),
        ("tris(2-chloroethyl) phosphate", DRUG, "drugbank:DB03754"),
        ("137-caesium", DRUG, "chebi:30514"),
    ],
)
def test_what_acts_on_a_thing_is_not_the_thing(link, name, kind, not_this):
    found = link(name, kind)
    assert not_this not in {found.curie, *(other.entity.curie for other in found.alternatives)}


def test_a_receptor_is_the_receptor(link):
    assert link("insulin receptor", TARGET).curie == "hgnc:6091"


@pytest.mark.parametrize(
    ("text", "curie"),
    [
        ("Effects of androgens on the androgen receptor (AR).", "hgnc:644"),
        ("Aldose reductase (AR) reduces glucose to sorbitol.", "hgnc:381"),
    ],
)
def test_a_short_form_means_what_the_document_defines(link, text, curie):
    assert link("AR", TARGET, text).curie == curie


@pytest.mark.parametrize(
    ("name", "kind", "text", "curie"),
    [
        ("ISPH", DRUG, "Isoproterenol (ISPH) was given to patients.", "drugbank:DB01064"),
        ("LOS", DRUG, "They took losartan (LOS; 10 mg/kg).", "drugbank:DB00678"),
        ("W", DRUG, "Patients on warfarin (W) bled.", "drugbank:DB00682"),
        ("copper/zinc superoxide dismutase", TARGET, "Mutations in copper/zinc superoxide dismutase (SOD1).", "hgnc:11179"),
        ("COMT inhibitors", DRUG, "", "mesh:D065098"),
        ("Opioids", DRUG, "", "mesh:D000701"),
        ("Ca(2+)", DRUG, "", "drugbank:DB01373"),
    ],
)
def test_what_stands_beside_a_name_tells_what_it_is(link, name, kind, text, curie):
    assert link(name, kind, text).curie == curie


@pytest.mark.parametrize(
    "text", ["IL10, ISPH and losartan were measured.", "We measured losartan, ISPH, and warfarin.", "ISPH was given."]
)
def test_neighbours_in_a_list_are_no_definition(link, text):
    assert link("ISPH", DRUG, text).curie is None


@pytest.mark.parametrize(
    ("name", "text", "curie"),
    [
        ("RAS", "Mutations of KRAS activate RAS.", "hgnc:6407"),
        ("RAS", "Mutations of KRAS and HRAS activate RAS.", "fplx:RAS"),
        ("RAS", "RAS was active.", "fplx:RAS"),
        ("MMPs", "MMP1 is one of the MMPs.", "fplx:MMP"),
    ],
)
def test_a_family_is_the_only_gene_of_it_that_the_text_names(link, name, text, curie):
    assert link(name, TARGET, text).curie == curie


@pytest.mark.parametrize(
    ("name", "curie"),
    [
        ("hEGFR", "hgnc:3236"),
        ("neuregulin-1 beta", "hgnc:7997"),
        ("GTPase Rab6a", "hgnc:9786"),
        ("CYP1A1", "hgnc:2595"),
        ("cytochrome P450 1A1", "hgnc:2595"),
        ("let-7b", "hgnc:31479"),
        ("TGF-betaRII", "hgnc:11773"),
    ],
)
def test_forms_and_classes_around_a_gene(link, name, curie):
    assert link(name, TARGET).curie == curie


def test_genes_of_a_human_tumour_in_a_mouse_are_human(link):
    assert link("SP1", TARGET, "It shrank bladder tumours in nude mice bearing xenografts.").curie == "hgnc:11205"


def test_a_short_form_defined_as_something_unknown_is_not_linked(link):
    assert link("ASP", TARGET, "Quantum wobble frobnication (ASP) was seen.").curie is None


@pytest.mark.parametrize(
    ("name", "text", "curie"),
    [
        ("Drd2", "Quinpirole was given to mice.", "mgi:94924"),
        ("dopamine D2 receptor", "Male Wistar rats received quinpirole.", "rgd:2520"),
        ("DRD2", "Patients and mice were compared.", "hgnc:3023"),
        ("mouse DRD2", "Patients were asked.", "mgi:94924"),
        ("human DRD2", "It was expressed in mice.", "hgnc:3023"),
    ],
)
def test_human_by_default_and_another_species_where_it_is_said(link, name, text, curie):
    assert link(name, TARGET, text).curie == curie


def test_what_cannot_be_told_is_ambiguous_with_its_alternatives(link):
    found = link("MT1", TARGET)
    assert found.ambiguous
    assert len(found.alternatives) > 1
    assert all(0 < other.score <= 1 for other in found.alternatives)


@pytest.mark.parametrize(("name", "kind"), [("frobnicase", TARGET), ("", DRUG), ("-", TARGET), ("we", DRUG)])
def test_what_nobody_lists_stays_unlinked(link, name, kind):
    found = link(name, kind)
    assert (found.curie, found.score) == (None, 0.0)


@pytest.mark.parametrize(
    ("name", "curie"),
    [("domperidon", "drugbank:DB01184"), ("indomethacine", "drugbank:DB00328"), ("ibuprofin", "drugbank:DB01050")],
)
def test_a_letter_more_or_less_is_forgiven(link, name, curie):
    assert link(name, DRUG).curie == curie


@pytest.mark.parametrize("name", ["interleukin 99", "caspase 77"])
def test_a_number_is_never_exchanged(lexicon, name):
    assert LINKERS.build("fuzzy", lexicon=lexicon).link(name, TARGET).curie is None


@pytest.mark.parametrize(
    ("name", "kind", "text", "curie"),
    [
        ("hippocalcin-like switch", TARGET, "The hippocalcin-like switch gene HPCA was sequenced.", "hgnc:5144"),
        ("skeletal channel", TARGET, "The gene is CACNA1S, which encodes the skeletal channel in muscle.", "hgnc:1397"),
        ("Bort", DRUG, "Bortezomib was given; Bort was stopped after a week.", "drugbank:DB00188"),
        ("HGA", DRUG, "A defect in the degradation of homogentisic acid. He excreted HGA.", "drugbank:DB08327"),
        ("Rg1", DRUG, "We gave Re, Rg1, and Rb1 ginsenosides to mice.", "drugbank:DB06750"),
        ("W", DRUG, "A model of warfarin-associated intracerebral haemorrhage (W-ICH).", "drugbank:DB00682"),
        ("5,7-DHT", DRUG, "The neurotoxin 5,7-dihydroxytryptamine (5,7-DHT) was injected.", "mesh:D015116"),
        ("simvastatin-ezetimibe", DRUG, "", "mesh:D000069499"),
        ("S(-)-sulpiride", DRUG, "", "drugbank:DB00391"),
        ("Hg(II)", DRUG, "", "chebi:16170"),
    ],
)
def test_what_the_text_has_elsewhere_for_an_unlisted_name(link, name, kind, text, curie):
    assert link(name, kind, text).curie == curie


def test_a_word_that_begins_alike_is_no_reading_of_a_listed_name(link):
    assert link("Met", DRUG, "Metformin was given with Met.").curie == link("methionine", DRUG).curie


def test_a_name_that_several_members_have_is_the_familys(link):
    assert link("protein kinase C", TARGET).curie == "fplx:PKC"


def test_the_member_named_by_another_name_than_its_symbol(link):
    assert link("PKC", TARGET, "A role for the protein kinase C (PKC) isoform, PKCalpha.").curie == link("PRKCA", TARGET).curie


def test_what_converts_a_thing_is_not_one_of_its_sorts(link):
    assert link("angiotensin", TARGET, "ACE gene polymorphism and angiotensin.").curie != link("ACE", TARGET).curie


def test_an_approved_symbol_is_its_gene_whatever_the_text_speaks_of(link):
    assert (
        link("FABP1", TARGET, "fatty acid transport; aspartate aminotransferase; fatty acid-binding protein").curie
        == "hgnc:3555"
    )


def test_what_usual_abbreviations_of_drugs_stand_for_is_listed(lexicon):
    unlisted = {long for long in usual_abbreviations(DRUG).values() if not lexicon.lookup(long, DRUG)}
    assert unlisted == {"blood urea nitrogen", "creatine kinase", "L-lactate dehydrogenase"}  # known as no drugs on purpose

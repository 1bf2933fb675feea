"""Names that tables list and texts mean otherwise, over a lexicon made for it."""

from __future__ import annotations

import pytest

from dti.domain.documents import Document
from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import LexiconEntity, Name, NameType
from dti.lexicon import Lexicon
from dti.lexicon.compile import compile_entities
from dti.mentions import Recogniser
from dti.mentions.aliases import Aliases, is_disease


def entity(curie, kind, *names):
    """An entity whose first name is the one that is printed, the others being synonyms unless they say otherwise."""
    pairs = [name if isinstance(name, tuple) else (name, NameType.SYNONYM) for name in names]
    listed = [Name(pairs[0][0], NameType.CANONICAL, "example"), *(Name(text, type_, "example") for text, type_ in pairs[1:])]
    return LexiconEntity(Curie(curie), kind, tuple(listed), taxon="9606")


DRUGS = (
    entity("d:etanercept", EntityKind.DRUG, "Etanercept"),
    entity("d:insulin", EntityKind.DRUG, "Insulin"),
    entity("d:tretinoin", EntityKind.DRUG, "Tretinoin", "Retinoic acid"),
    entity("d:hyaluronidase", EntityKind.DRUG, "Hyaluronidase"),
    entity("d:code", EntityKind.DRUG, "XY-0001", "Benzamide, N-(2-chlorophenyl)-"),
    entity("d:sodium", EntityKind.DRUG, "Sodium"),
    entity("d:interferon", EntityKind.DRUG, "Interferon beta, natural"),
    entity("d:vaccine", EntityKind.DRUG, "Pox vaccine", "Pox-example virus"),
    entity("d:menthol", EntityKind.DRUG, "Menthol", ("Recovery", NameType.BRAND)),
)
TARGETS = (
    entity("t:tnfr", EntityKind.TARGET, "Tumor necrosis factor receptor 1B", "Etanercept", ("TNFR2", NameType.SYMBOL)),
    entity("t:ins", EntityKind.TARGET, "Insulin"),
    entity("t:hyal", EntityKind.TARGET, "Hyaluronate lyase", "Hyaluronidase"),
    entity("t:rarg", EntityKind.TARGET, "Retinoic acid receptor"),
    entity("t:fgf7", EntityKind.TARGET, "Fibroblast growth factor 7", "Keratinocyte growth factor", ("KGF", NameType.SYMBOL)),
    entity("t:fgfr2", EntityKind.TARGET, "Keratinocyte growth factor receptor"),
    entity("t:piga", EntityKind.TARGET, "PIG class A", "paroxysmal nocturnal hemoglobinuria"),
    entity("t:brca", EntityKind.TARGET, "BRCA1 protein", "breast cancer 1"),
    entity("t:sri", EntityKind.TARGET, "Sorcin", ("SRI", NameType.SYMBOL)),
    entity("t:akt", EntityKind.TARGET, "Kinase B", ("AKT", NameType.SYMBOL)),
    entity("t:trpcf", EntityKind.TARGET, "Tryptophan biosynthesis protein", ("trpC", NameType.SYMBOL)),
    entity("t:gzmb", EntityKind.TARGET, "Granzyme B", ("C11", NameType.SYMBOL)),
    entity("t:ca3", EntityKind.TARGET, "Carbonic anhydrase 3", ("CA3", NameType.SYMBOL)),
    entity("t:insr", EntityKind.TARGET, "Insulin receptor", ("IR", NameType.SYMBOL)),
    entity("t:rdx", EntityKind.TARGET, "Radixin", ("RDX", NameType.SYMBOL)),
    entity("t:adrb2", EntityKind.TARGET, "Beta-2 adrenergic receptor"),
    entity("t:grik2", EntityKind.TARGET, "Kainate receptor 2", ("beta 2", NameType.ABBREVIATION)),
    entity("t:rbat", EntityKind.TARGET, "Transport protein rBAT", "D2"),
    entity("t:drd2", EntityKind.TARGET, "Dopamine D2 receptor"),
    entity("t:il2", EntityKind.TARGET, "Interleukin-2", ("IL-2", NameType.SYMBOL)),
    entity("t:il2r", EntityKind.TARGET, "Interleukin-2 receptor", "IL-2 receptor"),
    entity("t:pol", EntityKind.TARGET, "Example polymerase", "polymerase"),
)


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon(compile_entities((*DRUGS, *TARGETS)), {"sha256": ""})


@pytest.fixture(scope="module")
def found(lexicon):
    """Identifiers of all readings of a kind in a text."""
    recogniser = Recogniser(lexicon)

    def read(text, kind="target"):
        mentions = recogniser.find(Document(source="pmid", id="1", title="", abstract=text))
        return {str(a.entity.curie) for m in mentions if m.kind == kind for a in m.alternatives}

    return read


def test_a_made_protein_is_the_drug_alone(found):
    assert found("They got etanercept.") == set()
    assert found("They got etanercept.", "drug") == {"d:etanercept"}


def test_what_is_both_stays_both(found):
    for name, target in (("insulin", "t:ins"), ("hyaluronidase", "t:hyal")):
        assert found(f"with {name} here") == {target}
        assert found(f"with {name} here", "drug") == {f"d:{name}"}


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("fed with retinoic acid", set()),
        ("a retinoic acid antagonist", {"t:rarg"}),
        ("retinoic acid-stimulated cells", set()),
        ("the retinoic acid receptor", {"t:rarg"}),
        ("keratinocyte growth factor rose", {"t:fgf7"}),
        ("keratinocyte growth factor (KGF) and KGF", {"t:fgf7"}),
        ("keratinocyte growth factor receptor", {"t:fgfr2"}),
    ],
)
def test_what_binds_is_no_receptor_but_in_a_role(found, text, targets):
    assert found(text) == targets


@pytest.mark.parametrize(
    ("name", "disease"),
    [
        ("paroxysmal nocturnal hemoglobinuria", True),
        ("spinocerebellar ataxia 7", True),
        ("glycogen storage disease type VI", True),
        ("Wilson disease", True),
        ("breast cancer 1", False),
        ("deleted in colorectal carcinoma", False),
        ("Wiskott-Aldrich syndrome protein", False),
        ("inhibitor of apoptosis", False),
        ("Insulin", False),
    ],
)
def test_diseases_are_told_from_genes(name, disease):
    assert is_disease(name) is disease


def test_a_gene_s_disease_is_no_target(found):
    assert found("patients with paroxysmal nocturnal hemoglobinuria and breast cancer 1 mutations") == {"t:brca"}


def test_a_vaccine_is_not_its_organism(found):
    assert found("the pox-example virus and", "drug") == set()
    assert found("the pox vaccine and", "drug") == {"d:vaccine"}


def test_the_parent_in_a_systematic_name_is_no_name(lexicon):
    aliases = Aliases(lexicon)
    assert lexicon.lookup("benzamide", EntityKind.DRUG) != ()
    assert aliases.lookup("benzamide", EntityKind.DRUG) == ()
    assert aliases.lookup("interferon beta", EntityKind.DRUG) != ()


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("in Sri Lanka", set()),
        ("we saw Sri here", {"t:sri"}),
        ("by Akt signalling", {"t:akt"}),
        ("Role of Akt Kinases", {"t:akt"}),
        ("TRPC channels", set()),
        ("the trpC gene", {"t:trpcf"}),
        ("C-11-deoxy and at C-11 of it", set()),
        ("a C11 gene", {"t:gzmb"}),
        ("CA3 region and CA3 of CA1, CA3 and CA4 subfields", {"t:ca3"}),
        ("the CA3 region", set()),
        ("reverse transcription-polymerase chain reaction", set()),
        ("a polymerase was", {"t:pol"}),
    ],
)
def test_symbols_that_are_other_words_or_notation(found, text, targets):
    assert found(text) == targets


@pytest.mark.parametrize(
    "text", ["beta2-agonists", "of β2-selective agonists and", "a beta(2) adrenergic agonist", "beta-2 blockers"]
)
def test_a_subtype_that_pharmacology_names_alone(found, text):
    assert found(f"given {text} too") == {"t:adrb2"}


def test_a_subtype_alone_is_no_target(found):
    assert found("the beta2 subunits") == set()
    assert found("allosteric beta2 kainate receptor modulators") == {"t:grik2"}


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("a D2 antagonist", {"t:drd2"}),
        ("of D2 here", {"t:rbat"}),
        ("at dopamine D2 receptors; D2 is there", {"t:drd2"}),
        ("the transport protein rBAT, D2", {"t:rbat"}),
        ("IL-2 at the interleukin-2 receptor", {"t:il2", "t:il2r"}),
    ],
)
def test_a_short_name_is_what_the_text_says_in_full(found, text, targets):
    assert found(text) == targets


def test_a_brand_among_capitals_is_a_word_of_a_heading(found):
    assert found("Reduced Acute Recovery from Alcohol", "drug") == set()
    assert found("They took Recovery daily", "drug") == {"d:menthol"}


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("insulin resistance (IR) was", {"t:ins"}),
        ("insulin receptor (IR) was", {"t:insr"}),
        ("hexahydro-1,3,5-trinitro-1,3,5-triazine (RDX). RDX was", set()),
        ("radixin (RDX). RDX was", {"t:rdx"}),
        ("a rigid dextran (RDX) and RDX", set()),
    ],
)
def test_a_definition_goes_over_the_lexicon(found, text, targets):
    assert found(text) == targets

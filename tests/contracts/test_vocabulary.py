"""What the packaged table of interaction labels must satisfy; a new row is tested by being there."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dti.domain.interactions import Direction, Interaction, InteractionType
from dti.errors import VocabularyError
from dti.vocabulary import Vocabulary, default_vocabulary

VOCABULARY = default_vocabulary()
ENTRIES = list(VOCABULARY.entries.values())
INCREASING = {"Activation", "IncreaseAmount"}
DECREASING = {"Inhibition", "DecreaseAmount"}
UP, DOWN = {f"MI:{number}" for number in range(2235, 2240)}, {f"MI:{number}" for number in range(2240, 2245)}

# Names under which the vocabularies themselves list the terms: RO as in pyobo 0.14.2 (ro.tsv, data.json), PSI-MI as in
# psi-mi.obo of 2021-04-15. A term that is added to the table is looked up there and added here.
NAMES = {
    "RO:0002436": "molecularly interacts with",
    "RO:0002448": "directly regulates activity of",
    "RO:0002449": "directly negatively regulates activity of",
    "RO:0002450": "directly positively regulates activity of",
    "RO:0011007": "decreases by repression quantity of",
    "RO:0011014": "destabilizes quantity of",
    "RO:0011015": "stabilizes quantity of",
    "RO:0018027": "is agonist of",
    "RO:0018028": "is inverse agonist of",
    "RO:0018029": "is antagonist of",
    "MI:0407": "direct interaction",
    "MI:2235": "up-regulates",
    "MI:2236": "up-regulates activity",
    "MI:2239": "up-regulates quantity by stabilization",
    "MI:2240": "down-regulates",
    "MI:2241": "down-regulates activity",
    "MI:2243": "down-regulates quantity by repression",
    "MI:2244": "down-regulates quantity by destabilization",
}
NEGATIVE = ("negatively", "down-", "decreases", "destabilizes", "antagonist", "inverse")
POSITIVE = ("positively", "up-", "is agonist", " stabilizes")

# The normalisation that KD-DTI's labels ask for (peers.md, part 7).
KD_DTI = {
    "inhibitor": ("inhibitor", "inhibitory"),
    "Inhibitor": ("inhibitor", "inhibitory"),
    "antagonist": ("antagonist", "inhibitory"),
    "agonist": ("agonist", "activating"),
    "modulator": ("modulator", "unclear"),
    "binder": ("binder", "neutral"),
    "positive allosteric modulator": ("positive_allosteric_modulator", "activating"),
    "cofactor": ("cofactor", "activating"),
    "activator": ("activator", "activating"),
    "ligand": ("ligand", "unclear"),
    "inducer": ("inducer", "activating"),
    "antibody": ("antibody", "inhibitory"),
    "adduct": ("adduct", "unclear"),
    "blocker": ("blocker", "inhibitory"),
    "negative modulator": ("negative_modulator", "inhibitory"),
    "other": ("unknown", "unclear"),
    "other/unknown": ("unknown", "unclear"),
    "chelator": ("chelator", "inhibitory"),
    "partial agonist": ("partial_agonist", "activating"),
    "product of": ("product", "neutral"),
    "allosteric modulator": ("allosteric_modulator", "unclear"),
    "stimulator": ("stimulator", "activating"),
    "downregulator": ("downregulator", "inhibitory"),
    "potentiator": ("potentiator", "activating"),
    "cross-linking/alkylation": ("cross_linker", "unclear"),
    "substrate": ("substrate", "neutral"),
    "intercalation": ("intercalator", "unclear"),
    "chaperone": ("chaperone", "activating"),
    "partial antagonist": ("partial_antagonist", "inhibitory"),
    "multitarget": ("unknown", "unclear"),
    "enhancer": ("potentiator", "activating"),
    "suppressor": ("suppressor", "inhibitory"),
    "weak inhibitor": ("inhibitor", "inhibitory"),
    "inverse agonist": ("inverse_agonist", "inhibitory"),
    "regulator": ("regulator", "unclear"),
    "unknown": ("unknown", "unclear"),
    "opener": ("opener", "activating"),
    "binding": ("binder", "neutral"),
}


def test_every_type_has_an_entry():
    assert set(VOCABULARY.entries) == set(InteractionType)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.type)
def test_every_label_comes_back_as_its_type(entry):
    for label in entry.labels:
        for spelling in (label, label.upper(), label.replace(" ", "-"), label.replace(" ", "_"), f"  {label} "):
            assert VOCABULARY.normalise(spelling) == Interaction(entry.type, entry.direction)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.type)
def test_identifiers_look_like_their_vocabularies(entry):
    assert re.fullmatch(r"(RO:\d{7})?", entry.ro)
    assert re.fullmatch(r"(MI:\d{4})?", entry.mi)
    assert re.fullmatch(r"[A-Z -]*", entry.chembl)
    assert entry.indra in {"", "Complex", *INCREASING, *DECREASING}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.type)
def test_no_mapping_acts_against_the_direction(entry):
    opposite = {
        Direction.ACTIVATING: (DECREASING, DOWN, "decreased", "RO:0002449"),
        Direction.INHIBITORY: (INCREASING, UP, "increased", "RO:0002450"),
    }
    statements, terms, direction, ro = opposite.get(
        entry.direction, (INCREASING | DECREASING, UP | DOWN, "increased decreased", "RO:0002449 RO:0002450")
    )
    assert entry.indra not in statements
    assert entry.mi not in terms
    assert not entry.biolink.direction or entry.biolink.direction not in direction
    assert not entry.ro or entry.ro not in ro


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.type)
def test_terms_are_those_that_were_looked_up_and_their_names_act_in_the_same_direction(entry):
    wrong = {Direction.ACTIVATING: NEGATIVE, Direction.INHIBITORY: POSITIVE}.get(entry.direction, NEGATIVE + POSITIVE)
    for term in filter(None, (entry.ro, entry.mi)):
        assert not any(word in f"{term} {NAMES[term]}" for word in wrong)


def test_every_term_that_was_looked_up_is_in_use():
    assert {term for entry in ENTRIES for term in (entry.ro, entry.mi) if term} == set(NAMES)


def test_action_types_are_among_those_that_chembl_gives():
    path = Path(__file__).parents[3] / "shared/data/lexicons/curated/chembl_mechanisms.csv"
    if not path.exists():
        pytest.skip("no shared data beside the repository")
    with path.open(encoding="utf-8", newline="") as stream:
        given_ = {row["action_type"] for row in csv.DictReader(stream)}
    assert {entry.chembl for entry in ENTRIES if entry.chembl} <= given_
    assert {label for label in given_ if VOCABULARY.normalise(label).type is InteractionType.UNKNOWN} <= {"OTHER", ""}


@pytest.mark.parametrize(("label", "expected"), KD_DTI.items())
def test_labels_of_the_benchmark(label, expected):
    found = VOCABULARY.normalise(label)
    assert (found.type.value, found.direction.value) == expected


def test_an_antagonist_is_no_inhibitor_and_a_partial_agonist_no_agonist():
    by_type = VOCABULARY.entries
    for left, right in (("antagonist", "inhibitor"), ("partial_agonist", "agonist"), ("potentiator", "opener")):
        one, other = by_type[InteractionType(left)], by_type[InteractionType(right)]
        assert one.biolink.mechanism != other.biolink.mechanism
        assert one.chembl != other.chembl


@pytest.mark.parametrize("label", ["", "unknown", "other/unknown", "NOT", "something new", "binder", "substrate", "ligand"])
def test_what_is_unknown_or_unsigned_is_no_statement_of_activity(label):
    found = VOCABULARY.normalise(label)
    assert found.direction in {Direction.NEUTRAL, Direction.UNCLEAR}
    assert VOCABULARY.entries[found.type].indra in {"", "Complex"}


def test_psi_mi_tells_repression_from_destabilisation_and_the_relation_ontology_the_agonists():
    by_type = VOCABULARY.entries
    assert by_type[InteractionType.ANTISENSE_INHIBITOR].mi == "MI:2243"
    assert by_type[InteractionType.DEGRADER].mi == "MI:2244"
    assert by_type[InteractionType.INVERSE_AGONIST].ro == "RO:0018028"
    assert by_type[InteractionType.ANTAGONIST].ro == "RO:0018029"


@pytest.mark.parametrize(
    ("label", "type_", "direction"),
    [
        ("Inhibitor; Antagonist; Blocker", "inhibitor", "inhibitory"),
        ("antagonist,allosteric modulator", "antagonist", "inhibitory"),
        ("inhibitor, competitive", "inhibitor", "inhibitory"),
        ("agonist,antagonist", "unknown", "unclear"),
        ("Agonis; Inverse agonist", "unknown", "unclear"),
        ("neutral antagonist", "antagonist", "inhibitory"),
        ("AGONIST-INHIBITOR", "inverse_agonist", "inhibitory"),
        ("increases^expression", "upregulator", "activating"),
        ("conversion inhibitor", "unknown", "unclear"),
    ],
)
def test_labels_of_several_words(label, type_, direction):
    found = VOCABULARY.normalise(label)
    assert (found.type.value, found.direction.value) == (type_, direction)


@settings(deadline=None)  # tables are read and patterns compiled at the first call
@given(st.text())
def test_any_text_has_a_reading(label):
    assert isinstance(VOCABULARY.normalise(label), Interaction)


ROW = '[{}]\ndirection = "{}"\nlabels = ["{}"]\nstems = []\n'


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (ROW.format("nonsense", "unclear", "x"), "nonsense"),
        (ROW.format("inhibitor", "sideways", "x"), "sideways"),
        (ROW.format("inhibitor", "unclear", "x") + "new = 1", "new"),
        (ROW.format("inhibitor", "unclear", "x") + ROW.format("agonist", "unclear", "X"), "stands under"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(tmp_path, table, message):
    path = tmp_path / "table.toml"
    path.write_text(table)
    with pytest.raises(VocabularyError, match=message):
        Vocabulary.read(path)

from __future__ import annotations

import pytest

from benchmarks._quality.identity import Case, Identity
from benchmarks._quality.scoring import printed
from benchmarks._quality.unseen import Split, gap
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.triplets import Triplet

MAOA = "Monoamine oxidase type A (MAO-A)"
KNOWN, NEW = "Clorgyline", "Melatonin"


@pytest.fixture(scope="module")
def identity(lexicon):
    return Identity(lexicon)


def case(number, drug, interaction):
    return Case(Document(source="pmid", id=str(number), title="T"), (Triplet(drug, interaction, MAOA),))


@pytest.fixture(scope="module")
def split(identity):
    """Of seen drugs twelve inhibitors and four modulators, of unseen ones two and six."""
    rows = [(KNOWN, "inhibitor")] * 12 + [(KNOWN, "Modulator")] * 4 + [(NEW, "inhibitor")] * 2 + [(NEW, "modulator")] * 6
    cases = [case(number, *row) for number, row in enumerate(rows)]
    seen = {EntityKind.DRUG: identity.keys(KNOWN, EntityKind.DRUG), EntityKind.TARGET: frozenset()}
    return Split.of(cases, EntityKind.DRUG, seen, identity)


def test_a_document_is_unseen_if_training_lacks_one_of_its_names(split, identity):
    assert {case.gold[0].drug for case in split.part(unseen=True)} == {NEW}
    assert {case.gold[0].drug for case in split.part(unseen=False)} == {KNOWN}
    nothing = dict.fromkeys(EntityKind, frozenset())
    assert len(Split.of(split.cases, EntityKind.TARGET, nothing, identity).part(unseen=True)) == len(split.cases)


def test_what_only_finds_inhibitors_has_a_gap_that_interactions_explain(split):
    answers = {case.key: case.gold if case.gold[0].interaction == "inhibitor" else () for case in split.cases}
    plain, alike = (gap(split, answers, printed, alike=value) for value in (False, True))
    assert plain.value == pytest.approx(75 - 25)
    assert alike.value == pytest.approx(0)
    assert plain.bounds[0] < plain.value < plain.bounds[1]


def test_what_only_finds_known_names_has_a_gap_either_way(split):
    answers = {case.key: case.gold if case.gold[0].drug == KNOWN else () for case in split.cases}
    assert [gap(split, answers, printed, alike=value).value for value in (False, True)] == [100.0, 100.0]

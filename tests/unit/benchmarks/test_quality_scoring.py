from __future__ import annotations

import pytest

from benchmarks._quality.identity import Case, Identity
from benchmarks._quality.scoring import by_identity, compared, found, printed, scored
from dti.domain.documents import Document
from dti.domain.triplets import Triplet

GOLD = Triplet("Clorgyline", "inhibitor", "Monoamine oxidase type A (MAO-A)")
SYNONYM = Triplet("Clorgiline", "substrate", "Amine oxidase [flavin-containing] A")
CASES = [Case(Document(source="pmid", id=str(n), title="T"), (GOLD,)) for n in range(20)]


@pytest.fixture(scope="module")
def identity(lexicon):
    return Identity(lexicon)


def always(triplet):
    return {case.key: (triplet,) for case in CASES}


def test_a_synonym_is_right_by_identity_only(identity):
    pairs = by_identity(identity, any_interaction=True)
    whole = by_identity(identity, any_interaction=False)
    assert [scored(CASES, always(SYNONYM), way).sample.f1 for way in (printed, whole, pairs)] == [0.0, 0.0, 1.0]


def test_a_comparison_has_intervals_of_the_figure_and_of_the_ratio():
    half = {case.key: (GOLD,) if n % 2 else () for n, case in enumerate(CASES)}
    row = compared("F1", scored(CASES, always(GOLD), printed), "half", scored(CASES, half, printed))
    assert (row.value, row.alternative, row.alternative_value, row.ratio) == (100.0, "half", 50.0, 2.0)
    assert row.bounds == (100.0, 100.0)
    low, high = row.ratio_bounds
    assert 1.0 < low < 2.0 < high


def test_what_a_system_finds_is_kept_by_document():
    assert found(lambda documents: [(GOLD,) if d.id == "3" else () for d in documents], CASES)["pmid:3"] == (GOLD,)
    with pytest.raises(ValueError, match="shorter"):
        found(lambda documents: [() for _ in documents[1:]], CASES)

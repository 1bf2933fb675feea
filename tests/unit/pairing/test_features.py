from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.domain.entities import EntityKind
from dti.errors import CheckpointError
from dti.pairing import CANDIDATE_FEATURES, PAIR_FEATURES, Frequencies, describe
from dti.pairing.cues import CUES, Cues
from tests.pair_data import candidate, document, drugs_and_targets

TEXT = document(
    "Clorgyline, a selective MAO-A inhibitor.",
    "Clorgyline inhibits MAO-A. Melatonin was studied as well. Levels of COX-2 rose.",
)


def described(text=TEXT, drugs=("Clorgyline", "Melatonin"), targets=("MAO-A", "COX-2"), frequencies=None):
    return describe(text, drugs_and_targets(text, drugs, targets), frequencies or Frequencies())


def of_candidate(features, row, name):
    return features.candidates[row, CANDIDATE_FEATURES.index(name)]


def of_pair(features, pair, name):
    return features.relations[features.pairs.index(pair), PAIR_FEATURES.index(name)]


def test_every_drug_meets_every_target():
    features = described()
    assert features.pairs == ((0, 2), (0, 3), (1, 2), (1, 3))
    assert features.candidates.shape == (4, len(CANDIDATE_FEATURES))
    assert features.relations.shape == (4, len(PAIR_FEATURES))


def test_a_candidate_is_told_by_its_places():
    features = described()
    assert of_candidate(features, 0, "mentions") == 2
    assert of_candidate(features, 0, "title mentions") == 1
    assert of_candidate(features, 0, "share of mentions") == pytest.approx(2 / 3)
    assert [of_candidate(features, row, "in first") for row in range(4)] == [1, 0, 1, 0]
    assert of_candidate(features, 2, "role follows") == 1
    assert of_candidate(features, 3, "role follows") == 0


def test_a_pair_is_told_by_what_stands_between_its_names():
    features = described()
    assert of_pair(features, (0, 2), "shared sentences") == 2
    assert of_pair(features, (0, 2), "both titled") == 1
    assert of_pair(features, (0, 2), "between inhibit") > 0
    assert of_pair(features, (1, 3), "shared sentences") == 0
    assert of_pair(features, (1, 3), "between inhibit") == 0
    assert of_pair(features, (1, 3), "first shared") == 1


@pytest.mark.parametrize(
    ("between", "worded"), [("inhibits", True), ("is an agonist of", True), ("selective dependent on", False), ("and", False)]
)
def test_a_pair_is_worded_by_what_stands_between_its_names(between, worded):
    text = document("T", f"Zelo {between} kinase. Growth was inhibited.")
    found = describe(text, drugs_and_targets(text, ["Zelo"], ["kinase"]), Frequencies())
    assert found.worded == (worded,)


def test_a_pair_is_worded_by_the_role_behind_its_target():
    assert described(document("T", "Clorgyline is a MAO-A inhibitor."), ("Clorgyline",), ("MAO-A",)).worded == (True,)


def test_without_pairs_none_is_worded():
    text = document("T", "Zelo acts.")
    assert describe(text, drugs_and_targets(text, ["Zelo"], []), Frequencies()).worded == ()


def test_an_unlisted_name_has_nothing_from_the_lexicon():
    pair = [candidate(TEXT, "Melatonin", EntityKind.DRUG, listed=listed) for listed in (True, False)]
    listed, unlisted = (describe(TEXT, [one], Frequencies()) for one in pair)
    assert of_candidate(listed, 0, "in drugbank") == 1
    assert of_candidate(listed, 0, "hint APPROVED") == 1
    assert of_candidate(unlisted, 0, "in drugbank") == 0
    assert of_candidate(unlisted, 0, "unlisted") == 1


def test_without_targets_there_are_no_pairs():
    features = described(targets=())
    assert features.pairs == ()
    assert features.relations.shape == (0, len(PAIR_FEATURES))


@given(st.text(max_size=80), st.text(max_size=200))
def test_features_of_any_text_are_finite(title, abstract):
    text = document(title, f"Aspirin and COX-1 {abstract}")
    features = described(text, ("Aspirin",), ("COX-1",))
    assert np.isfinite(features.candidates).all()
    assert np.isfinite(features.relations).all()


def test_cues_are_found_between_two_places():
    text = "X inhibited the agonist of Y"
    between = Cues(text).between(1, len(text))
    assert [cue for cue, found in zip(CUES, between, strict=True) if found] == ["inhibit", "agonist"]
    assert not any(Cues(text).between(0, 1))


def test_what_precedes_a_target_can_be_a_role():
    text = "an inhibitor of the human COX-2 and of 5-LO"
    cues = Cues(text)
    assert cues.role_precedes(text.index("COX-2"))
    assert not cues.role_precedes(text.index("5-LO"))


def test_common_names_are_told_from_rare_ones(tmp_path):
    documents = [
        document("Clorgyline study", "Melatonin and Clorgyline"),
        document("Rats", "Melatonin"),
        document("x", "Melatonin"),
    ]
    found = [
        drugs_and_targets(text, [name for name in ("Clorgyline", "Melatonin") if name in text.text], []) for text in documents
    ]
    counted = Frequencies.count(found, least=1)
    path = tmp_path / "frequencies.json"
    counted.save(path)
    assert Frequencies.load(path) == counted
    common, rare = (counted.commonness(candidate(TEXT, name, EntityKind.DRUG)) for name in ("Melatonin", "Clorgyline"))
    assert common[0] > rare[0]
    assert common[1] < rare[1]
    assert counted.commonness(candidate(TEXT, "COX-2", EntityKind.TARGET)) == (0.0, math.log(0.1))


def test_names_of_one_document_are_not_kept():
    text = document("Clorgyline")
    assert Frequencies.count([drugs_and_targets(text, ["Clorgyline"], [])]).names == {}


@pytest.mark.parametrize("content", ["", "[]", '{"documents": 1}', '{"documents": 1, "names": {"a": 1}}'])
def test_what_are_no_frequencies_is_refused(tmp_path, content):
    path = tmp_path / "frequencies.json"
    path.write_text(content)
    with pytest.raises(CheckpointError, match=r"frequencies\.json"):
        Frequencies.load(path)

from __future__ import annotations

import math

import numpy as np
import pytest

from dti.model.pairs.engine import Scored
from dti.reading import Emission, Pairs
from dti.reading.explicit import Explicit
from tests.pair_data import document, drugs_and_targets


def read(text, drugs, targets, probabilities, guessed="inhibitor"):
    """What is said where a model gives pairs these probabilities, drug by drug, and calls all of them the same."""
    candidates = drugs_and_targets(text, drugs, targets)
    pairs = tuple((drug, len(drugs) + target) for drug in range(len(drugs)) for target in range(len(targets)))
    score = lambda documents, _: [  # noqa: E731
        Scored(pairs, np.log(probabilities), np.zeros((len(pairs), 1)), truncated=False) for _ in documents
    ]
    emission = Emission(least=0.05, further=0.5, relative=0.7)
    reader = Pairs(score=score, labels=(guessed,), emission=emission, confidence=lambda logprobs: math.exp(logprobs[0]))
    [reading] = reader.read([text], [candidates])
    said = [proposal.located.triplet for proposal in reading.proposals]
    return [(triplet.drug, triplet.interaction, triplet.target) for triplet in said]


@pytest.mark.parametrize(
    ("sentence", "guessed", "label"),
    [
        ("Levodopa is an inducer of CYP3A4.", "inhibitor", "inducer"),
        ("Levodopa is a CYP3A4 inverse agonist.", "agonist", "inverse agonist"),
        ("Levodopa is a substrate of CYP3A4.", "inhibitor", "substrate"),
        ("Levodopa blocks CYP3A4.", "antagonist", "antagonist"),  # both inhibit: the finer word is the model's choice
        ("Levodopa does not activate CYP3A4.", "inhibitor", "inhibitor"),  # a denial gives nothing a name
        ("Levodopa was given; CYP3A4 was measured.", "inhibitor", "inhibitor"),
    ],
)
def test_a_label_that_the_text_contradicts_is_put_right(sentence, guessed, label):
    text = document("A study", sentence)
    assert read(text, ["Levodopa"], ["CYP3A4"], [0.9], guessed) == [("Levodopa", label, "CYP3A4")]


def test_a_text_that_says_both_leaves_the_guess():
    text = document("Levodopa activates CYP3A4.", "Levodopa inhibits CYP3A4.")
    assert read(text, ["Levodopa"], ["CYP3A4"], [0.9]) == [("Levodopa", "inhibitor", "CYP3A4")]


def test_drugs_and_targets_that_the_text_pairs_are_not_crossed():
    text = document("Resistance", "Resistance to the EGFR inhibitor gefitinib was overcome by the KIT inhibitor crizotinib.")
    said = read(text, ["gefitinib", "crizotinib"], ["EGFR", "KIT"], [0.4, 0.1, 0.9, 0.3])
    assert said == [("gefitinib", "inhibitor", "EGFR")]


def test_a_second_drug_of_a_target_is_not_taken_away():
    text = document("Two drugs", "Gefitinib is an EGFR inhibitor. Erlotinib was given to patients with EGFR mutations.")
    assert read(text, ["Gefitinib", "Erlotinib"], ["EGFR"], [0.2, 0.9]) == [("Erlotinib", "inhibitor", "EGFR")]


def test_nothing_acts_on_itself():
    text = document("P-glycoprotein limits the passage.", "It is the product of ABCB1.")
    assert read(text, ["P-glycoprotein"], ["P-glycoprotein"], [0.9]) == []


def test_an_ambiguous_mention_speaks_for_all_its_candidates():
    text = document("A study", "Levodopa activates CYP3A4.")
    found = Explicit.of(text, (*drugs_and_targets(text, ["Levodopa"], ["CYP3A4"]), *drugs_and_targets(text, [], ["CYP3A4"])))
    assert found.labels == {(0, 1): ("activator",), (0, 2): ("activator",)}

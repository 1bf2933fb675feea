from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.model.pairs.engine import Scored
from dti.reading import Emission, Pairs
from tests.pair_data import document, drugs_and_targets

LABELS = ("inhibitor", "agonist")
TEXT = document("Clorgyline and Melatonin.", "They act on MAO-A.")


def reader(probabilities, emission=None, stated=1.0):
    """Two drugs and one target, scored as given; the second pair is an agonist's."""

    def score(documents, candidates):
        pairs = tuple((at, 2) for at in range(len(probabilities)))
        labels = np.log([[0.9, 0.1], [0.2, 0.8]][: len(pairs)])
        return [Scored(pairs, np.log(probabilities), labels, truncated=False, stated=stated) for _ in documents]

    emission = emission or Emission(least=0.1, further=0.4, relative=0.5)
    return Pairs(score=score, labels=LABELS, emission=emission, confidence=lambda logprobs: math.exp(sum(logprobs)))


def read(probabilities, emission=None, stated=1.0):
    candidates = drugs_and_targets(TEXT, ["Clorgyline", "Melatonin"], ["MAO-A"])
    [reading] = reader(probabilities, emission, stated).read([TEXT], [candidates])
    return [(p.located.triplet.drug, p.located.triplet.interaction, round(p.confidence, 3)) for p in reading.proposals], reading


def test_likely_pairs_are_said_with_their_label_and_confidence():
    said, reading = read([0.6, 0.5])
    assert said == [("Clorgyline", "inhibitor", 0.54), ("Melatonin", "agonist", 0.4)]
    assert reading.reason == ""
    assert (reading.proposals[1].located.drug, reading.proposals[1].located.target) == (1, 2)


def test_the_best_pair_is_said_although_it_is_unlikely():
    assert [drug for drug, *_ in read([0.15, 0.2])[0]] == ["Melatonin"]


def test_nothing_is_said_below_the_least():
    said, reading = read([0.05, 0.09])
    assert said == []
    assert reading.reason == "the model finds no pair likely enough"


@pytest.mark.parametrize(("stated", "said"), [(0.19, []), (0.2, ["Clorgyline"])])
def test_nothing_is_said_where_curators_would_state_nothing(stated, said):
    assert [drug for drug, *_ in read([0.9, 0.05], Emission(stated=0.2), stated)[0]] == said


@pytest.mark.parametrize(
    ("worded", "said"), [((), [0, 1]), ((True, False), [0]), ((False, True), [0, 1]), ((False, False), [0])]
)
def test_what_no_word_relates_is_said_only_if_it_is_likely(worded, said):
    assert Emission(least=0.1, further=0.3, relative=0.5, wordless=0.4).said([0.5, 0.4], worded) == said


def test_the_best_pair_without_a_word_makes_room_for_no_other():
    assert Emission(least=0.1, further=0.4, wordless=0.3).said([0.3, 0.2], (False, True)) == []


def test_a_reader_looks_for_the_word():
    emission = Emission(least=0.1, wordless=0.3)
    scored = Scored(((0, 2),), np.log([0.2]), np.log([[0.9, 0.1]]), truncated=False, worded=(False,))
    candidates = drugs_and_targets(TEXT, ["Clorgyline", "Melatonin"], ["MAO-A"])
    silent = Pairs(score=lambda _, __: [scored], labels=LABELS, emission=emission, confidence=max)
    assert silent.read([TEXT], [candidates])[0].proposals == ()


def test_a_rule_that_does_not_ask_for_curators_keeps_its_name():
    assert str(Emission()) == "pairs(least=0.1, further=0.4, relative=0.5, most=8)"
    assert str(Emission(wordless=0.3)) == "pairs(least=0.1, further=0.4, relative=0.5, most=8, wordless=0.3)"
    assert str(Emission(stated=0.2)) == "pairs(least=0.1, further=0.4, relative=0.5, most=8, stated=0.2, curators=2)"


def test_the_reason_names_what_was_not_found():
    candidates = drugs_and_targets(TEXT, ["Clorgyline"], [])
    score = lambda documents, _: [Scored((), np.zeros(0), np.zeros((0, 0)), truncated=True) for _ in documents]  # noqa: E731
    silent = Pairs(score=score, labels=LABELS, emission=Emission(), confidence=max)
    [reading] = silent.read([TEXT], [candidates])
    assert (reading.proposals, reading.reason, reading.truncated) == ((), "no target was found in the text", True)


def test_the_run_tells_the_rule():
    assert reader([0.5]).decoding == "pairs(least=0.1, further=0.4, relative=0.5, most=8) + explicit"


@given(st.lists(st.floats(0, 1), max_size=20), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_pair_is_said_only_with_all_likelier_ones(probabilities, least, further, relative):
    emission = Emission(least=least, further=further, relative=relative, most=5)
    chosen = emission.chosen(probabilities)
    assert len(chosen) <= 5
    assert len(set(chosen)) == len(chosen)
    left = [p for at, p in enumerate(probabilities) if at not in chosen]
    if chosen and left and len(chosen) < 5:
        assert min(probabilities[at] for at in chosen) >= max(left)
    assert bool(chosen) == (max(probabilities, default=-1) >= least)


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_than_the_most_are_said(most):
    assert len(Emission(most=most).chosen([0.9] * 10)) == most

"""Recogniser and tagger together, the tagger being a fake that knows some words."""

from __future__ import annotations

import numpy as np
import pytest

from dti.domain.documents import Document
from dti.domain.mentions import Found
from dti.lexicon import open_lexicon
from dti.mentions import Recogniser
from dti.mentions.features import WORD
from dti.mentions.tagger import Reading
from tests.lexicon_files import write_lexicon


class FakeTagger:
    """Reads each word as told: (probability of drug, of target); a name goes on with every word."""

    def __init__(self, opinions):
        self.opinions = opinions

    def read(self, text):
        words = list(WORD.finditer(text))
        probabilities = [self.opinions.get(word[0], (0.0, 0.0)) for word in words]
        return Reading(
            [word.span() for word in words],
            np.array(probabilities, dtype=np.float32).reshape(len(words), 2).T,
            np.zeros(len(words), dtype=bool),
        )


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory):
    root = tmp_path_factory.mktemp("opinion")
    return open_lexicon(write_lexicon(root / "files"), root / "cache")


@pytest.fixture
def find(lexicon):
    """Written form, kind and how it was found of each mention."""

    def found(text, **opinions):
        recogniser = Recogniser(lexicon, FakeTagger(opinions))
        document = Document(source="pmid", id="1", title="", abstract=text)
        mentions = recogniser.find(document)
        return [(text[m.span.start : m.span.end], m.kind.value, m.found) for m in mentions]

    return found


def test_a_name_that_nothing_lists_is_added(find):
    assert find("We gave cADPR now.", cADPR=(0.9, 0.0)) == [("cADPR", "drug", Found.TAGGER)]


def test_a_target_must_be_more_certain_than_a_drug(find):
    assert find("We saw foobarin B.", foobarin=(0.0, 0.7), B=(0.0, 0.7)) == []
    assert find("We saw foobarin B.", foobarin=(0.0, 0.95), B=(0.0, 0.95)) == [("foobarin B", "target", Found.TAGGER)]


def test_nothing_is_added_over_a_listed_name(find):
    found = find("clorgyline was given", clorgyline=(1.0, 0.0))
    assert found == [("clorgyline", "drug", Found.NAME)]


def test_common_words_and_single_letters_are_not_added(find):
    assert find("a cell, X", cell=(0.9, 0.0), X=(0.9, 0.0)) == []


def test_a_pattern_needs_the_tagger_to_believe_it_somewhat(find):
    text = "We tested zaxofline. Then zaxofline again."
    assert find(text) == []
    assert find(text, zaxofline=(0.4, 0.0)) == [("zaxofline", "drug", Found.PATTERN)] * 2


def test_a_short_name_needs_a_trace_of_belief(find):
    assert find("It binds MAO here.") == []
    assert find("It binds MAO here.", MAO=(0.0, 0.3)) == [("MAO", "target", Found.NAME)]


def test_members_of_enumerations_stay(find):
    assert ("B", "target", Found.ELLIPSIS) in find("MAO-A and -B were", MAO=(0.0, 0.9), A=(0.0, 0.9))

"""Recogniser and tagger together, the tagger being a fake that knows some words."""

from __future__ import annotations

import numpy as np
import pytest

from dti.domain.documents import Document
from dti.domain.mentions import Found
from dti.mentions import Recogniser
from dti.mentions.features import WORD
from dti.mentions.tagger import Reading


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


@pytest.fixture
def find(lexicon):
    """Written form, kind and how it was found of each mention."""

    def found(abstract, title="", **opinions):
        document = Document(source="pmid", id="1", title=title, abstract=abstract)
        mentions = Recogniser(lexicon, FakeTagger(opinions)).find(document)
        return [(document.text[m.span.start : m.span.end], m.kind.value, m.found) for m in mentions]

    return found


def test_a_name_that_nothing_lists_is_added(find):
    assert find("We gave cADPR now.", cADPR=(0.9, 0.0)) == [("cADPR", "drug", Found.TAGGER)]


def test_an_unlisted_target_must_be_certain_and_of_the_title(find):
    sure, likely = {"foobark": (0.0, 0.95)}, {"foobark": (0.0, 0.7)}
    assert find("Foobar was seen.", "On foobark.", **sure) == [("foobark", "target", Found.TAGGER)]
    assert find("Foobar was seen.", "On foobark.", **likely) == []
    assert find("We saw foobark.", **sure) == []


def test_words_in_small_letters_are_added_if_said_again_or_in_the_title(find):
    belief = {"clobenpropit": (0.9, 0.0), "quinolones": (0.9, 0.0)}
    assert find("One clobenpropit.", **belief) == []
    assert find("No clobenpropit, no clobenpropit.", **belief) == [("clobenpropit", "drug", Found.TAGGER)] * 2
    assert find("Given.", "On clobenpropit", **belief) == [("clobenpropit", "drug", Found.TAGGER)]
    assert find("New quinolones and old quinolones.", **belief) == []


def test_what_only_the_tagger_finds_is_looked_up(find):
    text = "We measured the levodopa levels."
    assert find(text) == []
    assert find(text, levodopa=(0.9, 0.0)) == [("levodopa", "drug", Found.TAGGER)]


def test_punctuation_at_the_ends_is_no_part_of_a_name(find):
    assert find("of -NAADP, as", **{"-": (0.9, 0.0), "NAADP": (0.9, 0.0), ",": (0.9, 0.0)}) == [("NAADP", "drug", Found.TAGGER)]
    assert find("of NAADP(", **{"NAADP": (0.9, 0.0), "(": (0.9, 0.0)}) == []


def test_nothing_is_added_over_a_listed_name(find):
    found = find("clorgyline was given", clorgyline=(1.0, 0.0))
    assert found == [("clorgyline", "drug", Found.NAME)]


def test_common_words_and_single_letters_are_not_added(find):
    assert find("a cell, X", cell=(0.9, 0.0), X=(0.9, 0.0)) == []


def test_what_a_pattern_finds_stays(find):
    assert find("We tested ABC-1234.") == [("ABC-1234", "drug", Found.PATTERN)]


def test_a_short_name_needs_a_trace_of_belief(find):
    assert find("It binds MAO here.") == []
    assert find("It binds MAO here.", MAO=(0.0, 0.3)) == [("MAO", "target", Found.NAME)]


def test_members_of_enumerations_stay(find):
    assert ("B", "target", Found.ELLIPSIS) in find("MAO-A and -B were", MAO=(0.0, 0.9), A=(0.0, 0.9))


def test_what_is_a_part_of_another_name_is_not_added(find):
    belief = {"cADPR": (0.9, 0.0)}
    assert find("We gave cADPR derivatives.", **belief) == []
    assert find("We gave cADPR twice.", **belief) == [("cADPR", "drug", Found.TAGGER)]


def test_a_bacterial_symbol_is_looked_up_in_its_own_case(find):
    belief = {"SIGX": (0.0, 0.95), "sigX": (0.0, 0.95)}
    assert find("We saw SIGX.", **belief) == []
    assert find("We saw sigX.", **belief)[0][:2] == ("sigX", "target")

from __future__ import annotations

import numpy as np
import pytest

from dti.mentions.features import FEATURES, WORD, ending, hashes, murmur, prefix, shape, suffix
from dti.mentions.network import _rows


def test_words_are_runs_of_letters_and_digits_or_single_signs():
    assert WORD.findall("5-HT1A (NMDA) β2_x") == ["5", "-", "HT1A", "(", "NMDA", ")", "β2", "_", "x"]


def test_what_a_word_shows():
    assert (prefix("Methyl"), suffix("Methyl"), ending("Methyl")) == ("met", "hyl", "ethyl")
    assert shape("CYP2D6") == "XXXdXd"
    assert shape("clobenpropit") == "xxxx"
    assert shape("β2+") == "xd+"


# Values of spacy.strings.hash_string (spaCy 3.8).
@pytest.mark.parametrize(("string", "expected"), [("", 0), ("methyl", 11282519294337974710)])
def test_strings_hash_as_in_spacy(string, expected):
    assert murmur(string) == expected


def test_symbols_stand_for_themselves():
    assert hashes("ADP", {"adp": 85})[0] == 85
    assert len(hashes("ADP", {})) == len(FEATURES)


# Values of thinc.api.NumpyOps().hash([1, 11282519294337974710], 8).
def test_a_hash_adds_four_rows_as_in_thinc():
    keys = [[1161550108, 2247783286, 1742325162, 1224191281], [1609494374, 2866401038, 2414241561, 2152117909]]
    rows = _rows(np.array([1, 11282519294337974710], dtype=np.uint64), 0, 1000)
    assert np.transpose(rows).tolist() == [[key % 1000 for key in row] for row in keys]

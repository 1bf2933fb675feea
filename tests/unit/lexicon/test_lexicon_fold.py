from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.lexicon.fold import fold, tokens
from dti.lexicon.hashing import PrefixHashes, hash_names, sieve, sieve_index


@pytest.mark.parametrize(
    "spellings",
    [
        ("COX-2", "cox 2", "COX₂", "Cox(2)"),
        ("TNF-α", "TNF alpha", "TNFalpha", "tnf-alpha"),
        ("monoamine oxidase type A", "Monoamine oxidase A", "monoamine-oxidase-A"),
        ("carbonic anhydrase II", "carbonic anhydrases 2", "Carbonic Anhydrase-2"),
        ("factor IIa", "factor 2a"),
        ("5-HT1A", "5-HT(1A)", "5HT 1A", "5-HT₁A"),
        ("sulphonamide", "sulfonamides"),
        ("oestrogen receptor", "estrogen receptors"),
        ("antibody", "antibodies"),
        ("café", "cafe"),
        ("µ-opioid", "mu opioid"),
    ],
)
def test_spellings_of_one_name_fold_alike(spellings):
    assert len({fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("COX-1", "COX-2"), ("MAO-A", "MAO-B"), ("virus", "viru"), ("factor X", "factor Xa"), ("α1", "α2"), ("gas", "ga")],
)
def test_different_names_fold_apart(one, other):
    assert fold(one) != fold(other)


def test_offsets_are_those_of_the_text():
    text = "β₂-adrenoceptors, ﬁve Δ9"
    assert [text[token.start : token.end] for token in tokens(text)] == ["β₂", "adrenoceptors", "ﬁve", "Δ9"]


@given(st.text())
def test_any_text_has_tokens_in_order_with_exact_offsets(text):
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        end = token.end


@given(st.lists(st.text(min_size=1), min_size=1, max_size=8))
def test_the_hash_of_a_stretch_is_the_hash_of_its_text(parts):
    ends = np.cumsum([len(part) for part in parts])
    between = PrefixHashes("".join(parts)).between(ends - [len(part) for part in parts], ends)
    assert between.tolist() == hash_names(parts).tolist()


def test_long_texts_hash_too():
    text = "ab" * 5000
    assert PrefixHashes(text).between(np.array([9000]), np.array([9002])).tolist() == hash_names(["ab"]).tolist()


def test_different_strings_have_different_hashes():
    names = [f"{letter}{number}" for letter in "abcdef" for number in range(1000)]
    assert len(set(hash_names(names).tolist())) == len(names)


def test_a_sieve_lets_its_own_hashes_through_and_few_others():
    table = sieve(hash_names(["known", "names"]))
    assert table[sieve_index(hash_names(["names", "known"]))].tolist() == [1, 1]
    assert table[sieve_index(hash_names([f"other{n}" for n in range(100)]))].sum() < 3

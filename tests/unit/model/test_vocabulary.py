from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken

from dti.model.checkpoint import Checkpoint
from dti.model.vocabulary import END, START, Vocabulary, trim
from dti.settings import PROJECT_ROOT
from tests.tiny_model import tiny_tokenizer

MARKERS = ("<d>", "<r>", "<t>")


@pytest.fixture(scope="module")
def trimmed():
    return trim(tiny_tokenizer(), ["the kinase inhibitor", "the receptor"], MARKERS, least=1)


@pytest.fixture(scope="module")
def embedded():
    """The shipped vocabulary, with the markers that a generator's has."""
    vocabulary = Vocabulary.load(Checkpoint.open(PROJECT_ROOT / "data" / "model").tokenizer)
    vocabulary.tokenizer.add_special_tokens([AddedToken(marker, special=True, normalized=False) for marker in MARKERS])
    return Vocabulary(vocabulary.tokenizer)


def written(vocabulary: Vocabulary, text: str) -> str:
    tokens, _ = vocabulary.encode(text, 512)
    return vocabulary.join(tokens[1:-1], [0.0] * len(tokens))[0]


def test_trimming_keeps_what_was_seen_and_every_character(trimmed):
    vocabulary, _ = trimmed
    kept = vocabulary.tokenizer.get_vocab()
    assert {"the", "kinase", "inhibitor", "receptor", "q", "##q", "7", "##7", *MARKERS} <= set(kept)
    assert "agonist" not in kept


def test_rows_lead_back_to_the_full_vocabulary(trimmed):
    vocabulary, rows = trimmed
    full = tiny_tokenizer()
    assert len(rows) == len(vocabulary)
    for token, index in vocabulary.tokenizer.get_vocab().items():
        assert rows[index] == (-1 if token in MARKERS else full.token_to_id(token))


def test_a_source_stands_between_start_and_end(trimmed):
    tokens, truncated = trimmed[0].encode("the kinase", 10)
    assert (tokens, truncated) == ([START, "the", "kinase", END], False)


@pytest.mark.parametrize("token", ["[SEP]", "[CLS]", "[PAD]", "[MASK]", "[UNK]"])
def test_a_token_of_the_models_own_structure_is_text_in_a_text(embedded, token):
    text = f"the {token} kinase"
    encoding, _ = embedded.read(text, 64)
    inner = encoding.ids[1:-1]
    assert not {embedded.id(other) for other in ("[SEP]", "[CLS]", "[PAD]", "[MASK]")} & set(inner)
    assert text[slice(*encoding.offsets[-2])] == "kinase"


def test_a_long_source_is_cut_and_says_so(trimmed):
    tokens, truncated = trimmed[0].encode("the " * 50, 10)
    assert truncated
    assert len(tokens) == 10
    assert tokens[-1] == END


def test_a_huge_text_is_cut_before_it_is_tokenised(trimmed):
    tokens, truncated = trimmed[0].encode(" " * 10_000 + "the", 10)
    assert (tokens, truncated) == ([START, END], True)


def test_a_marker_is_one_token(trimmed):
    assert trimmed[0].encode("<d> the", 10)[0] == [START, "<d>", "the", END]


@pytest.mark.parametrize(
    "name",
    [
        "5-ht1a",
        "nf-kappa b",
        "1,2-dioleoyl-glycerol",
        "na+/k+-atpase",
        "ec 3.4.21.5",
        "cyclooxygenase-2 (cox-2)",
        "angiotensin ii type-1 receptor",
        "(r)-salbutamol",
        "n-[4-(acetyl)-phenyl]-urea",
        "α1-adrenoceptor",
        "5'-nucleotidase",
    ],
)
def test_names_read_as_they_are_written(embedded, name):
    assert written(embedded, name) == name


@given(name=st.text("abcXYZ0123456789 -–,./()[]'+αβγ", max_size=40))
def test_letters_and_digits_come_back_as_encoded(embedded, name):
    assert re.sub(r"[\W_]", "", written(embedded, name)) == re.sub(r"[\W_]", "", name.lower())


def test_tokens_know_where_they_stand(embedded):
    tokens, _ = embedded.encode("<d> imatinib <r> inhibitor <t> bcr-abl", 64)
    text, located = embedded.join(tokens[1:-1], [-0.5] * len(tokens))
    assert text == "<d> imatinib <r> inhibitor <t> bcr-abl"
    assert text[located[0].start : located[0].end] == "<d>"
    assert "".join(text[token.start : token.end] for token in located) == text.replace(" ", "")
    assert {token.logprob for token in located} == {-0.5}

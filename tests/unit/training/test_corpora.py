from __future__ import annotations

import random
from itertools import pairwise

import pytest

from dti.codecs import Tagged
from dti.domain.triplets import Triplet
from dti.errors import TrainingError
from dti.training.corpora import Example, read_corpora, swap_names
from dti.training.surface import FoldedText, forms
from tests.tiny_model import labelled, write_labelled


def read(folder, *rows):
    return read_corpora(write_labelled(folder, rows), Tagged())


RNG = random.Random(0)  # noqa: S311 - shuffles names, hides nothing
ABSTRACT = "We show that zelorantib inhibits kinase Q7 in rat cells."


def test_supported_documents_are_for_development_and_never_train(tmp_path):
    gold = [("Zelorantib", "inhibitor", "Kinase Q7 (KQ7)")]
    pair = [("zelorantib", "INHIBITOR", "kinase Q7")]
    corpora = read(
        tmp_path,
        labelled("kd_dti", "1", "A drug.", ABSTRACT, gold),
        labelled("drugprot", "1", "A drug.", ABSTRACT, pair),
        labelled("drugbank_distant", "1", "A drug.", ABSTRACT, gold),
    )
    (example,) = corpora.development
    assert example.triplets == (Triplet("Zelorantib", "inhibitor", "Kinase Q7 (KQ7)"),)
    assert corpora.documents == corpora.sentences == ()


def test_a_document_with_a_name_that_is_not_in_the_text_is_not_for_development(tmp_path):
    corpora = read(tmp_path, labelled("kd_dti", "1", "A drug.", ABSTRACT, [("zelorantib", "inhibitor", "p38")]))
    assert corpora.development == corpora.documents == ()


def test_training_triplets_are_spelled_as_the_text_spells_them(tmp_path):
    corpora = read(
        tmp_path, labelled("drugbank_distant", "5", "A drug.", ABSTRACT, [("Zelo-Rantib", "Inhibitor", "Kinase Q-7 (KQ7)")])
    )
    assert corpora.documents[0].triplets == (Triplet("zelorantib", "inhibitor", "kinase Q7"),)


def test_entities_are_unescaped_once(tmp_path):
    corpora = read(
        tmp_path, labelled("drugbank_distant", "5", "A &lt;drug&gt;.", ABSTRACT, [("zelorantib", "inhibitor", "kinase Q7")])
    )
    assert corpora.documents[0].source.startswith("A <drug>.")


def test_labels_are_mapped_and_those_a_drug_table_would_not_hold_are_dropped(tmp_path):
    entities = [("zelorantib", "CHEMICAL"), ("kinase Q7", "GENE")]
    kept = labelled("drugprot", "5", "A drug.", ABSTRACT, [("zelorantib", "INHIBITOR", "kinase Q7")], entities)
    dropped = labelled("drugprot", "6", "A drug.", ABSTRACT, [("zelorantib", "PART-OF", "kinase Q7")], entities)
    corpora = read(tmp_path, kept, dropped)
    assert [e.triplets for e in corpora.sentences] == [(Triplet("zelorantib", "inhibitor", "kinase Q7"),)]
    assert [e.pmid for e in corpora.documents] == ["5"]


def test_the_finer_corpus_wins_where_two_have_the_abstract(tmp_path):
    pair = ("zelorantib", "DIRECT-REGULATOR", "kinase Q7")
    finer = ("zelorantib", "COFACTOR", "kinase Q7")
    corpora = read(
        tmp_path,
        labelled("drugprot", "5", "A drug.", ABSTRACT, [pair]),
        labelled("chemprot", "5", "A drug.", ABSTRACT, [finer]),
    )
    assert {t.interaction for e in (*corpora.sentences, *corpora.documents) for t in e.triplets} == {"cofactor"}


def test_a_document_without_triplets_teaches_silence(tmp_path):
    corpora = read(tmp_path, labelled("drugprot", "5", "A drug.", ABSTRACT, []))
    assert [e.triplets for e in corpora.documents] == [()]


def test_no_corpus_is_an_error(tmp_path):
    with pytest.raises(TrainingError, match="no labelled corpus"):
        read_corpora(tmp_path, Tagged())


def test_swapping_renames_text_and_triplets_alike():
    triplet = Triplet("zelorantib", "inhibitor", "kinase Q7")
    example = Example("k", "1", "c", "Zelo and zelorantib, a kinase Q7 inhibitor, not zelorantibine.", (triplet,))
    swapped = swap_names(example, ["morvanol"], ["receptor X(2)"], RNG)
    assert swapped.source == "Zelo and morvanol, a receptor X(2) inhibitor, not zelorantibine."
    assert swapped.triplets == (Triplet("morvanol", "inhibitor", "receptor X(2)"),)
    assert swap_names(example, [], [], RNG) == example


def test_shared_corpora_keep_the_promises(shared_data):
    corpora = read_corpora(shared_data, Tagged())
    held_out = {example.pmid for example in corpora.development}
    assert 140 <= len(held_out) <= 200
    assert not held_out & {example.pmid for example in (*corpora.documents, *corpora.sentences)}
    for example in corpora.development:
        text = FoldedText(example.source)
        assert all(any(text.find(form) for form in forms(name)) for t in example.triplets for name in (t.drug, t.target))
    for example in corpora.documents[:500]:
        lower = example.source.lower()
        assert all(t.drug.lower() in lower and t.target.lower() in lower for t in example.triplets)
        places = [(lower.find(t.drug.lower()), lower.find(t.target.lower())) for t in example.triplets]
        assert all(before <= after for before, after in pairwise(places)) or example.corpus in {"kd_dti", "drugbank_distant"}

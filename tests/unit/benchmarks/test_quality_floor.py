from __future__ import annotations

import numpy as np
import pytest

from benchmarks._quality.dictionary import PlainDictionary
from benchmarks._quality.features import MOST, Rarity, pairs
from benchmarks._quality.floor import Floor, _chosen
from benchmarks._quality.identity import Case
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.triplets import Triplet

DRUGS = ("Clorgyline", "Levodopa", "Melatonin")
ENZYME = "Amine oxidase [flavin-containing] A"


@pytest.fixture(scope="module")
def dictionary(lexicon):
    return PlainDictionary(lexicon)


def document(number, title, abstract):
    return Document(source="pmid", id=str(number), title=title, abstract=abstract)


def read(dictionary, title, abstract=""):
    found = dictionary.find(document(1, title, abstract))
    return pairs(document(1, title, abstract), found, Rarity([found]))


def test_the_dictionary_finds_whole_words_and_says_where(dictionary):
    text = document(1, "Clorgyline and CLORGYLINE.", "Unclorgyline, levodopamine.")
    (found,) = dictionary.find(text)
    assert [text.text[span.start : span.end] for span in found.spans] == ["Clorgyline", "CLORGYLINE"]
    assert found.item.names == ("Clorgyline",)
    assert list(dictionary(text)) == [found.item]


def test_a_pair_of_one_sentence_is_read_by_that_sentence(dictionary):
    title = "A study of enzymes."
    abstract = "Clorgyline inhibits amine oxidase [flavin-containing] A in rats. Levodopa had been given before that."
    contexts = {pair.drug.item.names[0]: pair.context for pair in read(dictionary, title, abstract)}
    assert contexts["Clorgyline"].startswith("Clorgyline inhibits")
    assert "Levodopa" not in contexts["Clorgyline"]
    assert contexts["Levodopa"] == f"{title} {abstract}"


def test_pairs_of_one_kind_of_name_only_are_none(dictionary):
    assert not read(dictionary, "Clorgyline and melatonin.")
    assert not read(dictionary, "")


def test_a_document_has_at_most_so_many_candidates_of_a_kind(dictionary):
    found = dictionary.find(document(1, "Clorgyline, levodopa, melatonin and insulin.", "Monoamine oxidase type A, type B."))
    drugs = [listed for listed in found if listed.item.kind is EntityKind.DRUG]
    many = [*found, *drugs * MOST]
    text = document(1, "Clorgyline, levodopa, melatonin and insulin.", "Monoamine oxidase type A, type B.")
    targets = len(found) - len(drugs)
    assert len(pairs(text, many, Rarity([many]))) == MOST * targets


def test_seldom_named_entities_are_rare(dictionary):
    often = dictionary.find(document(1, "Levodopa.", ""))
    rarity = Rarity([often, often, dictionary.find(document(2, "Melatonin.", ""))])
    (known,), (seldom,) = often, dictionary.find(document(2, "Melatonin.", ""))
    assert rarity(seldom) > rarity(known) >= 0


@pytest.mark.parametrize(("threshold", "kept"), [(0.9, [1]), (0.4, [1, 2]), (0.0, [1, 2, 0])])
def test_the_best_pair_is_chosen_in_any_case(threshold, kept):
    assert _chosen(np.array([0.1, 0.6, 0.5]), threshold) == kept


def test_a_trained_floor_prefers_the_drug_that_is_said_to_inhibit(lexicon, dictionary):
    def about(number):
        drug, other = DRUGS[number % 3], DRUGS[(number + 1) % 3]
        text = f"{drug} inhibits {ENZYME} in the rat. {other} was given to the other rats before, and nothing was seen."
        return Case(document(number, "A study.", text), (Triplet(drug, "inhibitor", ENZYME),))

    cases = [about(number) for number in range(120)]
    agonists = [
        Case(
            document(200 + n, "A study.", f"{DRUGS[n % 3]} is an agonist of {ENZYME}."),
            (Triplet(DRUGS[n % 3], "Agonist", ENZYME),),
        )
        for n in range(30)
    ]
    floor = Floor.train([*cases, *agonists], dictionary, lexicon)
    found = floor([about(301).document, agonists[0].document, document(9, "Nothing of interest.", "")])
    assert found == [(Triplet(DRUGS[1], "inhibitor", ENZYME),), (Triplet(DRUGS[0], "agonist", ENZYME),), ()]

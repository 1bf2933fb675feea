from __future__ import annotations

import json
import lzma

import pytest

from benchmarks._quality import sets
from benchmarks._quality.identity import Case, Identity
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.triplets import Triplet
from dti.errors import TrainingError
from dti.training.corpora import Record

CLORGYLINE, MELATONIN, MAOA = "Clorgyline", "Melatonin", "Monoamine oxidase type A (MAO-A)"


@pytest.fixture(scope="module")
def identity(lexicon):
    return Identity(lexicon)


def row(corpus, number, *triples, split="train", entities=(), text="Text."):
    slots = [dict(zip(("drug", "interaction", "target"), triple, strict=True)) for triple in triples]
    named = [{"text": name, "type": "", "id": identifier} for name, identifier in entities]
    ids = {"corpus": corpus, "split": split, "doc_id": number, "pmid": number}
    return {**ids, "title": "Title.", "abstract": text, "entities": named, "triples": slots}


def case(*gold, number="1", **settings):
    return Case(Document(source="pmid", id=number, pmid=number, title="Title."), tuple(Triplet(*g) for g in gold), **settings)


def agree(identity, gold, predicted, *, any_interaction=False):
    """Labelled gold and predicted triplets in common, and how many of each there are."""
    right, ours = identity.relabelled(gold, [Triplet(*p) for p in predicted], any_interaction=any_interaction)
    return len(set(right) & set(ours)), len(right), len(ours)


def test_names_of_one_entity_are_one(identity):
    gold = case((CLORGYLINE, "inhibitor", MAOA))
    assert agree(identity, gold, [("Clorgiline", "Inhibitor", "amine oxidase [flavin-containing] A")]) == (1, 1, 1)
    assert agree(identity, gold, [(MELATONIN, "inhibitor", MAOA)]) == (0, 1, 1)
    assert agree(identity, gold, [(CLORGYLINE, "inhibitor", "Monoamine oxidase type B (MAO-B)")]) == (0, 1, 1)


def test_names_that_no_table_lists_are_one_if_they_fold_alike(identity):
    gold = case(("XY-12", "inhibitor", "kinase Q7"))
    assert agree(identity, gold, [("xy 12", "inhibitor", "Kinase-Q7")]) == (1, 1, 1)
    assert agree(identity, gold, [("xy 13", "inhibitor", "Kinase-Q7")]) == (0, 1, 1)


def test_any_interaction_makes_two_statements_of_one_pair_one(identity):
    gold = case((CLORGYLINE, "inhibitor", MAOA))
    both = [(CLORGYLINE, "substrate", MAOA), ("Clorgiline", "binder", "MAOA")]
    assert agree(identity, gold, both) == (0, 1, 2)
    assert agree(identity, gold, both, any_interaction=True) == (1, 1, 1)


def test_labels_of_many_names_are_told_apart_by_the_hard_match(identity):
    many = [(f"drug {n}", "inhibitor", MAOA) for n in range(25)]
    right, ours = identity.relabelled(case(*many), [Triplet(*many[11])], any_interaction=True)
    assert len({triplet.drug for triplet in right}) == 25
    assert all(triplet.drug.isalpha() for triplet in right)
    assert ours == (right[11],)


def test_annotated_names_of_one_entity_are_one(identity):
    entities = [("the drug", "MESH:D1"), ("ABC&amp;D", "MESH:D1"), ("the enzyme", "4128"), ("nobody", "-")]
    (read,) = sets.entity_annotated(
        [row("biored", "1", ("the drug", "Bind", "the enzyme"), entities=entities)], "biored", identity
    )
    assert agree(identity, read, [("ABC&D", "bind", MAOA)]) == (1, 1, 1)
    assert agree(identity, read, [("nobody", "bind", MAOA)]) == (0, 1, 1)


def test_other_corpora_are_not_read(identity):
    assert not list(sets.entity_annotated([row("biored", "1")], "chemdisgene", identity))


def test_a_smaller_sample_is_part_of_a_larger_whatever_the_order():
    documents = [Document(source="pmid", id=str(n), title="") for n in range(50)]
    assert set(sets.sample(documents, 5)) < set(sets.sample(documents[::-1], 20))
    assert len(sets.sample(documents[:3], 5)) == 3


def test_documents_with_an_interaction_in_either_corpus_are_not_silent():
    stated = (CLORGYLINE, "INHIBITOR", MAOA)
    rows = [row("drugprot", "1"), row("drugprot", "2", stated), row("drugprot", "3"), row("chemprot", "3", stated)]
    other = row("drugprot", "4", split="dev")
    assert [d.id for d in sets.without_interaction([*rows, other], "train")] == ["1"]
    assert [d.id for d in sets.without_interaction([*rows, other], "dev")] == ["4"]


def test_unlabelled_documents_leave_out_those_that_a_rough_filter_marks(tmp_path):
    path = tmp_path / "abstracts.jsonl.xz"
    with lzma.open(path, "wt", encoding="utf-8") as stream:
        for number, marked in enumerate((True, False)):
            stream.write(
                json.dumps({"id": f"a{number}", "pmid": None, "title": "T", "text": "a &lt; b", "dti_candidate": marked})
            )
            stream.write("\n")
    (document,) = sets.unlikely(path)
    assert (document.source, document.id, document.abstract) == ("file", "a1", "a < b")
    with pytest.raises(TrainingError, match="no data at"):
        next(sets.rows(tmp_path / "absent.xz"))


def test_names_of_held_out_documents_count_as_unseen(identity):
    def record(number, drug):
        document = Document(source="pmid", id=number, pmid=number, title="Title.")
        return Record("kd_dti", document, (Triplet(drug, "inhibitor", MAOA),), frozenset(), frozenset())

    records = [record("1", CLORGYLINE), record("2", MELATONIN)]
    held_out = [case(number="2")]
    seen = sets.seen_names(records, held_out, identity)
    assert identity.keys("clorgiline", EntityKind.DRUG) & seen[EntityKind.DRUG]
    assert not identity.keys(MELATONIN, EntityKind.DRUG) & seen[EntityKind.DRUG]
    assert [c.key for c in sets.remaining(records, held_out, {"kd_dti"})] == ["pmid:1"]
    assert not sets.remaining(records, held_out, {"drugprot"})


@pytest.mark.parametrize(
    ("examples", "corpora"),
    [({}, ["kd_dti", "biored"]), ({"kd_dti": 3}, ["kd_dti"]), ({"sentence/biored": 1, "document/drugprot": 2}, ["biored"])],
)
def test_a_checkpoint_was_taught_what_its_card_says(examples, corpora):
    document = Document(source="pmid", id="1", pmid="1", title="Title.")
    records = [Record(corpus, document, (), frozenset(), frozenset()) for corpus in ("kd_dti", "biored")]
    assert [record.corpus for record in sets.taught(records, examples)] == corpora


def test_documents_that_share_a_pair_come_first():
    def mentioning(number, *entities):
        typed = [{"text": "x", "type": kind, "id": identifier} for kind, identifier in entities]
        return {**row("chemdisgene", number), "entities": typed}

    alone = mentioning("1", ("Chemical", "MESH:D1"), ("Gene", "9"))
    unknown = mentioning("2", ("Chemical", "-"), ("Gene", "7"))
    one = mentioning("3", ("Chemical", "MESH:D1"), ("Gene", "7"))
    other = mentioning("4", ("Gene", "7"), ("Chemical", "MESH:D1"), ("Disease", "MESH:D2"))
    assert [r["doc_id"] for r in sets.sharing_a_pair([unknown, alone, one, other], 3)] == ["3", "4", "1"]

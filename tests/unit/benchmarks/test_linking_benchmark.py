"""The linking benchmark on two small documents."""

from __future__ import annotations

import json
import lzma

import pytest

from benchmarks import linking
from dti.domain.entities import EntityKind
from dti.lexicon import open_lexicon
from tests.lexicon_files import write_lexicon


@pytest.fixture
def lexicon(tmp_path):
    return open_lexicon(write_lexicon(tmp_path / "files"), tmp_path / "cache")


@pytest.fixture
def documents(tmp_path):
    entities = [
        {"text": "MAO-A", "type": "GeneOrGeneProduct", "id": "4128"},
        {"text": "a rat gene", "type": "GeneOrGeneProduct", "id": "1"},
        {"text": "both", "type": "GeneOrGeneProduct", "id": "4128,4129"},
        {"text": "Clorgyline", "type": "ChemicalEntity", "id": "D0"},
        {"text": "depression", "type": "DiseaseOrPhenotypicFeature", "id": "D3"},
    ]
    record = {"corpus": "biored", "split": "dev", "pmid": "1", "title": "T", "abstract": "A", "entities": entities}
    path = tmp_path / "documents.jsonl.xz"
    with lzma.open(path, "wt") as lines:
        lines.writelines(json.dumps(record | {"split": split}) + "\n" for split in ("dev", "train"))
    return path


def test_drugs_and_single_human_genes_are_measured(documents, lexicon):
    mentions = list(linking.gold_mentions(documents, "dev", lexicon))
    assert [(mention.text, mention.kind) for mention in mentions] == [
        ("MAO-A", EntityKind.TARGET),
        ("Clorgyline", EntityKind.DRUG),
    ]


@pytest.mark.parametrize(
    ("curie", "right", "with_families"),
    [("hgnc:91001", 1.0, 1.0), ("iuphar.family:99", 0.0, 1.0), ("hgnc:91003", 0.0, 0.0), (None, 0.0, 0.0)],
)
def test_links_are_judged_by_identity_and_by_family(documents, lexicon, curie, right, with_families):
    mentions = list(linking.gold_mentions(documents, "dev", lexicon))
    accuracy = linking._measured(lexicon, mentions, lambda _: curie)[EntityKind.TARGET]
    assert (accuracy.right, accuracy.with_families) == (right, with_families)

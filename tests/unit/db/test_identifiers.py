from __future__ import annotations

import pytest

from db.queries.identifiers import spellings


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("CHEBI:15365", "chebi:15365"),
        ("HGNC: 9604", "hgnc:9604"),
        ("DB00945", "drugbank:DB00945"),
        ("DrugBank:db00945", "drugbank:DB00945"),
        ("CHEMBL25", "chembl.compound:CHEMBL25"),
        ("chembl:CHEMBL25", "chembl.compound:CHEMBL25"),
        ("P23219", "uniprot:P23219"),
        ("UniProtKB:P23219", "uniprot:P23219"),
        ("A0A024R161", "uniprot:A0A024R161"),
        ("fplx:Calcium_sensing_receptors", "fplx:Calcium_sensing_receptors"),
    ],
)
def test_an_identifier_in_any_usual_spelling_is_the_stored_one(typed, stored):
    assert stored in spellings(typed)


@pytest.mark.parametrize("name", ["aspirin", "COX-1", "DB1", "MAO-A", "P2Y12", "TNF alpha: a review", ""])
def test_a_name_is_no_identifier(name):
    assert spellings(name) == [name]

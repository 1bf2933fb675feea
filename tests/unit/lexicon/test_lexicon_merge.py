from __future__ import annotations

from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import Record
from dti.lexicon.merge import merge


def drug(*ids, names=(), **fields):
    return Record(ids=ids, kind=EntityKind.DRUG, names=names, **fields)


def canonical(text):
    return ((text, NameType.CANONICAL),)


def test_records_that_share_an_identifier_are_one_entity():
    (entity,) = merge(
        [
            ("b", drug("drugcentral:1", "cas:5-5", names=canonical("aspirin"), hints=Hint.APPROVED)),
            ("a", drug("drugbank:D1", "cas:5-5", names=canonical("Acetylsalicylic acid"), hints=Hint.NUTRIENT)),
        ]
    )
    assert entity.curie == "drugbank:D1"
    assert set(entity.same) == {"drugcentral:1", "cas:5-5"}
    assert entity.hints == Hint.APPROVED | Hint.NUTRIENT
    assert (entity.printed("a"), entity.printed("b"), entity.printed("c")) == ("Acetylsalicylic acid", "aspirin", "")


def test_a_mapping_never_makes_two_anchors_one():
    entities = merge(
        [
            ("a", drug("drugbank:D1", names=canonical("one"))),
            ("a", drug("drugbank:D2", names=canonical("two"))),
            ("x", drug("drugbank:D1", "chebi:7")),
            ("x", drug("drugbank:D2", "chebi:7")),
        ]
    )
    assert {(entity.curie, entity.same) for entity in entities} == {("drugbank:D1", ("chebi:7",)), ("drugbank:D2", ())}


def test_records_without_names_only_join():
    assert merge([("x", drug("drugbank:D1", "chebi:7"))]) == ()


def test_members_are_given_by_their_preferred_identifier():
    family = Record(
        ids=("fplx:F",), kind=EntityKind.TARGET, names=canonical("F"), members=("hgnc.symbol:G", "hgnc.symbol:UNKNOWN")
    )
    gene = Record(ids=("hgnc:1", "hgnc.symbol:G"), kind=EntityKind.TARGET, names=canonical("gene"), taxon="9606")
    entities = {entity.curie: entity for entity in merge([("f", family), ("h", gene)])}
    assert entities["fplx:F"].members == ("hgnc:1", "hgnc.symbol:UNKNOWN")


def test_a_spelling_is_kept_once_unless_a_source_prints_it():
    names = (("Aspirin", NameType.CANONICAL), ("ASPIRIN", NameType.BRAND), ("ASA", NameType.SYNONYM))
    again = (("aspirin", NameType.CANONICAL), ("asa", NameType.BRAND))
    (entity,) = merge([("a", drug("drugbank:D1", names=names)), ("b", drug("drugbank:D1", names=again))])
    assert [(name.text, name.source) for name in entity.names] == [("Aspirin", "a"), ("ASA", "a"), ("aspirin", "b")]


def test_what_is_a_drug_and_a_target_has_each_its_own_first_identifier():
    target = Record(ids=("mesh:D1", "hgnc:1"), kind=EntityKind.TARGET, names=canonical("factor"))
    given = Record(ids=("mesh:D1",), kind=EntityKind.DRUG, names=canonical("factor"))
    assert [entity.curie for entity in merge([("t", target), ("d", given)])] == ["hgnc:1", "mesh:D1"]

from __future__ import annotations

import pytest

from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import Record
from dti.lexicon.compile import compile_entities
from dti.lexicon.lexicon import Lexicon
from dti.lexicon.merge import merge
from dti.mentions.ranking import rank


def target(curie, *names, taxon="9606", source="drugbank-targets", **fields):
    typed = tuple((name, NameType.SYNONYM if at else NameType.CANONICAL) for at, name in enumerate(names))
    return source, Record(ids=(curie,), kind=EntityKind.TARGET, names=typed, taxon=taxon, **fields)


@pytest.fixture
def curies():
    """Identifiers of the alternatives of a name in a lexicon of the given records."""

    def ranked(name, *records):
        lexicon = Lexicon(compile_entities(merge(records)), {"sha256": ""})
        return [alternative.entity.curie for alternative in rank(lexicon.lookup(name, EntityKind.TARGET), lexicon)]

    return ranked


def test_human_before_other_species(curies):
    assert curies("Kinase", target("uniprot:A", "Kinase", taxon="10090"), target("uniprot:B", "Kinase II", "Kinase")) == [
        "uniprot:B",
        "uniprot:A",
    ]


def test_one_printed_name_is_one_alternative(curies):
    records = [target(f"uniprot:{letter}", "Lactamase", taxon="562") for letter in "ABC"]
    assert curies("lactamases", *records) == ["uniprot:A"]


def test_what_no_table_prints_is_left_behind(curies):
    records = [target("uniprot:A", "Kinase"), target("uniprot:B", "Kinase", taxon="9913", source="chembl")]
    assert curies("kinase", *records) == ["uniprot:A"]


def test_members_of_small_families_only(curies):
    members = [target(f"uniprot:{n}", f"Examplase {n}") for n in range(8)]

    def family(size):
        ids = tuple(f"uniprot:{n}" for n in range(size))
        return target("fplx:F", "Examplases", source="famplex", hints=Hint.FAMILY, members=ids)

    assert curies("examplase", family(3), *members) == ["fplx:F", "uniprot:0", "uniprot:1", "uniprot:2"]
    assert curies("examplase", family(8), *members) == ["fplx:F"]

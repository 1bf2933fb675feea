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


def test_a_name_without_subtype_may_mean_any_of_its_series(curies):
    series = [target(f"uniprot:{n}", f"Examplic acid receptor M{n}") for n in range(1, 4)]
    general = target("uniprot:1", "Examplic acid receptor M1", "Examplic acid receptor")
    assert curies("examplic acid receptors", general, *series[1:]) == ["uniprot:1", "uniprot:2", "uniprot:3"]
    assert curies("examplic acid receptor M2", general, *series[1:]) == ["uniprot:2"]


def test_a_subtype_may_stand_within_the_name(curies):
    series = [target(f"uniprot:{n}", f"Alpha-2{n} adrenergic receptor") for n in "BC"]
    general = target("uniprot:A", "Alpha-2A adrenergic receptor", "Alpha-2 adrenergic receptor")
    assert curies("alpha2-adrenergic receptors", general, *series) == ["uniprot:A", "uniprot:B", "uniprot:C"]


def test_a_whole_in_one_table_may_be_parts_in_the_other(curies):
    whole = target("ttd.target:1", "Exampyrase", source="ttd")
    parts = [target(f"uniprot:{n}", f"Big exampyrase subunit {n}", taxon="562") for n in "AB"]
    assert curies("big exampyrase", target("ttd.target:1", "Big exampyrase", source="ttd"), *parts) == [
        "ttd.target:1",
        "uniprot:A",
        "uniprot:B",
    ]
    assert curies("exampyrase", whole, *parts) == ["ttd.target:1"]

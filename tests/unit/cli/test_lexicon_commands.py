from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from dti.cli.lexicon import lexicon
from tests.lexicon_files import PACKAGED, write_lexicon


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("DTI_CACHE_DIR", str(tmp_path / "cache"))
    return lambda *arguments: CliRunner().invoke(lexicon, [str(argument) for argument in arguments])


@pytest.fixture
def built(run, tmp_path):
    path = tmp_path / "names.lexicon.xz"
    result = run("build", write_lexicon(tmp_path / "files", tuple(PACKAGED)), "-o", path)
    assert result.exit_code == 0, result.output
    assert "entities" in result.output
    return path


def test_a_built_lexicon_shows_what_a_name_resolves_to(run, built):
    result = run("show", "MAOA", "--lexicon", built)
    assert result.output.splitlines()[0] == "hgnc:91001  target  matched as symbol  taxon 9606"
    assert "ncbigene:4128" in result.output


def test_an_identifier_is_shown_too(run, built):
    (line,) = run("show", "mesh:D990001", "--lexicon", built, "--json").output.splitlines()
    shown = json.loads(line)
    assert (shown["id"], shown["kind"], shown["matched"]) == ("drugbank:DB90001", "drug", "identifier")


def test_an_unknown_name_is_an_error(run, built):
    result = run("show", "nothing", "--kind", "drug", "--lexicon", built)
    assert result.exit_code == 1
    assert "no drug or target is called 'nothing'" in result.output


def test_an_unknown_source_is_not_asked_for(run, tmp_path):
    result = run("download", tmp_path, "--source", "pubchem")
    assert result.exit_code == 2
    assert "no source 'pubchem' (one of:" in result.output


def test_the_embedded_lexicon_is_the_default(run):
    result = run("show", "aspirin", "--kind", "drug")
    assert result.exit_code == 0, result.output
    assert "mesh:D001241" in result.output

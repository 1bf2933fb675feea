"""The embedded tagger, and what is no tagger."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib

import pytest

from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.errors import CheckpointError
from dti.mentions import Tagger
from dti.settings import PROJECT_ROOT

EMBEDDED = PROJECT_ROOT / "data" / "ner"
TEXT = (
    "Oral clobenpropit (10 mg/kg) and the agonist oleocanthal reduced TRPM2 currents, "
    "but not those of the metabotropic glutamate receptor, in rats."
)


@pytest.fixture(scope="module")
def tagger():
    return Tagger.open(EMBEDDED)


def test_names_that_no_table_lists(tagger):
    found = {(TEXT[t.span.start : t.span.end], t.kind) for t in tagger.read(TEXT).names(0.5)}
    assert found == {
        ("oleocanthal", EntityKind.DRUG),
        ("TRPM2", EntityKind.TARGET),
        ("metabotropic glutamate receptor", EntityKind.TARGET),
    }


def test_support_is_that_of_the_words_that_a_span_touches(tagger):
    reading = tagger.read(TEXT)
    at = TEXT.index("oleocanthal")
    assert reading.support(Span(at + 1, at + 3), EntityKind.DRUG) > 0.5
    assert reading.support(Span(at, at + 5), EntityKind.TARGET) < 0.5
    assert reading.support(Span(len(TEXT) - 5, len(TEXT)), EntityKind.DRUG) < 0.1


def test_a_higher_threshold_finds_less(tagger):
    reading = tagger.read(TEXT)
    assert len(list(reading.names(0.999))) <= len(list(reading.names(0.3)))
    assert all(t.probability >= 0.7 for t in reading.names(0.7))


@pytest.mark.parametrize("text", ["", " \n", "．" * 3])
def test_a_text_without_names_has_none(tagger, text):
    reading = tagger.read(text)
    assert list(reading.names(0.5)) == []
    assert reading.support(Span(0, 1), EntityKind.DRUG) < 0.5


def test_the_card_and_the_manifest_tell_where_it_comes_from(tagger):
    card = json.loads((EMBEDDED / "card.json").read_text())
    assert set(card["licences"]) == {"drugprot", "biored"}
    assert card["exact_match"]["drugprot/dev"]["drug"]["f1"] > 0.75
    manifest = tomllib.loads((EMBEDDED.parent / "manifest.toml").read_text())
    (shipped,) = (entry for entry in manifest["shipped"] if entry["path"] == "ner/")
    assert shipped["sha256"] == tagger.sha256 == hashlib.sha256((EMBEDDED / "SHA256SUMS").read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["card.json", "tagger.json", "tagger.npz", "SHA256SUMS"])
def test_a_folder_that_lacks_or_changed_a_file_is_refused(tmp_path, name):
    folder = tmp_path / "ner"
    shutil.copytree(EMBEDDED, folder)
    (folder / name).write_bytes((folder / name).read_bytes()[:30])
    with pytest.raises(CheckpointError):
        Tagger.open(folder)
    (folder / name).unlink()
    with pytest.raises(CheckpointError):
        Tagger.open(folder)


def test_sums_that_agree_do_not_make_a_tagger(tmp_path):
    for name in ("card.json", "tagger.json", "tagger.npz"):
        (tmp_path / name).write_bytes(b"{}")
    digest = hashlib.sha256(b"{}").hexdigest()
    (tmp_path / "SHA256SUMS").write_text("".join(f"{digest}  {n}\n" for n in ("card.json", "tagger.json", "tagger.npz")))
    with pytest.raises(CheckpointError, match="no mention tagger"):
        Tagger.open(tmp_path)

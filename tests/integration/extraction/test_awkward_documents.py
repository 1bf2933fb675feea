"""`dti extract --lexicon` on documents that are hard to read, with the checkpoint that the repository ships."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from dti.settings import PROJECT_ROOT
from tests.lexicon_files import write_lexicon

pytestmark = pytest.mark.integration

DTI = Path(sys.executable).with_name("dti")
FILLER = "Nothing of note was seen in the rats of this group on that day, and no more was done. "
DOCUMENTS = {
    "nothing": ("A quiet river", "We counted birds along the river for three years."),
    "drugs": ("Levodopa and melatonin", "Levodopa was given with melatonin."),
    "targets": ("MAO-A", "MAO-A and MAO-B were crystallised."),
    "greek": ("Clorgyline and MAO-α", "Clorgyline inhibits MAO-α (K₁ 2 µM), not the β₁-adrenoceptor."),
    "escapes": ("Clorgyline &amp; MAO-&alpha;", "Clorgyline inhibits MAO-&#945; (K &lt; 1 nM)."),
    "typography": ("Clorgyline\u00a0and MAO‑A", "Clor\u00adgyline inhibits \u200bMAO‑A; ＭＡＯ－Ａ too."),
    "combining": ("Clorgyline", "Clorgy\u0301line inhibits MAO-A 😀."),
    "capitals": ("CLORGYLINE INHIBITS MAO-A", "CLORGYLINE INHIBITS MAO-A IN RATS."),
    "no title": ("", "Clorgyline inhibits MAO-A."),
    "markers": ("<d> clorgyline <t>", "<d0> clorgyline <r> inhibits <t> MAO-A </s> [SEP] [MASK]."),
    "one word": ("x", "x" * 50_000),
    "full text": ("Clorgyline inhibits MAO-A", FILLER * 1_700 + "Clorgyline inhibits MAO-A."),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("awkward")
    records = [{"id": id_, "title": title, "abstract": abstract} for id_, (title, abstract) in DOCUMENTS.items()]
    source = folder / "documents.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    command = [DTI, "extract", source, "--lexicon", write_lexicon(folder / "names")]
    environment = {"DTI_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(PROJECT_ROOT)}
    done = subprocess.run(command, capture_output=True, timeout=240, check=False, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    return {line["id"]: line for line in map(json.loads, done.stdout.splitlines())}


def test_every_document_is_answered_in_order(results):
    assert list(results) == list(DOCUMENTS)
    assert {line["status"] for line in results.values()} <= {"extracted", "no_triplet"}
    assert {id_ for id_, line in results.items() if line["truncated"]} <= {"one word", "full text"}


def test_printed_names_are_single_lines_of_text(results):
    names = [t[slot] for line in results.values() for t in line["triplets"] for slot in ("drug", "interaction", "target")]
    assert names
    for name in names:
        assert name == " ".join(name.split()) != ""
        assert not any(piece in name for piece in ("##", "[UNK]", "&#", "&amp;", "<d", "<t", "<r>"))
        assert not any(unicodedata.category(char) in {"Cc", "Cn", "Co", "Cs"} for char in name)


def test_spans_lie_in_the_evidence_sentence_and_cut_no_word(results):
    for line in results.values():
        for triplet in line["triplets"]:
            evidence = triplet["evidence"]
            for slot in ("drug_span", "target_span"):
                if (span := evidence[slot]) is None:
                    continue
                start, end = (at - evidence["sentence_span"][0] for at in span)
                sentence = evidence["sentence"]
                assert sentence[start:end].strip() == sentence[start:end] != ""
                assert not f" {sentence}"[start].isalnum()
                assert not sentence[end : end + 1].isalnum() or sentence[end : end + 2].rstrip(" .,;") == "s"

from __future__ import annotations

from benchmarks import floors
from benchmarks._quality.verdicts import pair_sum, read_verdicts
from dti.domain.documents import Document
from dti.domain.triplets import Triplet

DOCUMENTS = [Document(source="pmid", id=str(n), title="T") for n in range(4)]
SAID = {
    "0": (Triplet("zelo", "inhibitor", "kinase q1"), Triplet("zelo", "inhibitor", "kinase q2")),
    "1": (Triplet("morvanol", "agonist", "receptor b"),),
    "2": (),
    "3": (Triplet("never", "agonist", "read"),),
}


def said(documents):
    return [SAID[document.id] for document in documents]


def read_by(folder, *rows):
    path = folder / "verdicts.tsv"
    path.write_text("\n".join(["# who read", *("\t".join(row) for row in rows)]) + "\n")
    return path


def test_what_a_reader_found_stated_is_not_false(tmp_path, monkeypatch):
    rows = [
        ("pmid:0", pair_sum("zelo", "kinase q1"), "stated"),
        ("pmid:0", pair_sum("zelo", "kinase q2"), "no"),
        ("pmid:1", pair_sum("morvanol", "receptor b"), "other"),
        ("pmid:2", pair_sum("never", "read"), "stated"),  # of another document
    ]
    monkeypatch.setattr(floors, "_VERDICTS", read_by(tmp_path, *rows))
    counted, read = floors._quiet("sample", DOCUMENTS, said, 10)
    assert (counted.value, read.value) == (1.0, 0.5)
    assert (counted.name, read.name) == ("silent: sample (4)", "silent: sample, as read (4)")


def test_a_sample_that_nobody_read_has_one_figure(tmp_path, monkeypatch):
    monkeypatch.setattr(floors, "_VERDICTS", read_by(tmp_path))
    assert [row.value for row in floors._quiet("sample", DOCUMENTS, said, 10)] == [1.0]


def test_verdicts_are_of_the_words_that_are_told():
    found = read_verdicts(floors._VERDICTS)
    assert set(found.values()) == {"stated", "other", "effect", "implied", "no"}
    assert all(document.partition(":")[2] and len(pair) == 12 for document, pair in found)

from __future__ import annotations

import pytest

from dti.cli.extract import Faults
from dti.domain.evidence import Extraction, Outcome
from dti.domain.identity import Run

RUN = Run("fake", "0", "1")


def results(documents, outcome=Outcome.NO_TRIPLET):
    return [Extraction(document, RUN, outcome, reason="because") for document in documents]


@pytest.fixture
def inputs(tmp_path):
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text('{"id": "a", "title": "A.", "abstract": "B."}\n')
    bad.write_text('{"id": "b", "title": "A."}\n{"id": 1\n{"id": "c", "title": "C."}\n')
    return [str(good), str(bad), str(tmp_path / "none.jsonl"), str(good)]


def test_a_fault_loses_neither_the_record_after_it_nor_the_input_after_it(inputs):
    assert [document.id for document in Faults().documents(inputs)] == ["a", "b", "c", "a"]


def test_faults_are_told_between_the_results_they_stood_between(inputs, capsys):
    faults = Faults()
    in_order = faults.told_in_order(results(list(faults.documents(inputs))))
    told = [(result.document.id, capsys.readouterr().err) for result in in_order]
    assert [document for document, _ in told] == ["a", "b", "c", "a"]
    assert [bool(message) for _, message in told] == [False, False, True, True]
    assert told[2][1].startswith("dti: bad.jsonl:2: ")
    assert "none.jsonl" in told[3][1]
    assert faults.seen == 2


def test_a_fault_at_the_very_end_is_told(tmp_path, capsys):
    faults = Faults()
    assert list(faults.told_in_order(results(list(faults.documents([str(tmp_path / "none.xml")]))))) == []
    assert "none.xml" in capsys.readouterr().err
    assert faults.seen == 1


def test_a_failed_document_counts_and_is_named(inputs, capsys):
    faults = Faults()
    list(faults.told_in_order(results(list(faults.documents(inputs[:1])), Outcome.FAILED)))
    assert capsys.readouterr().err == "dti: file:a: because\n"
    assert faults.seen == 1

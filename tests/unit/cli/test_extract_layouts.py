from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from dti.cli._layouts import LAYOUTS
from dti.domain.documents import Document
from dti.domain.entities import Curie, Entity, EntityKind, Link, LinkAlternative
from dti.domain.evidence import (
    Assay,
    Certainty,
    Claim,
    Evidence,
    Extraction,
    Outcome,
    Polarity,
    Quantity,
    QuantityKind,
    Relation,
    SectionKind,
    Span,
)
from dti.domain.identity import Run
from dti.domain.triplets import Triplet

DOCUMENT = Document(source="pmid", id="90000001", pmid="90000001", title="On\taspirin.", abstract="Aspirin inhibits\nCOX-1.")
RUN = Run("first", "0" * 64, "1.0", "Greedy()")
FOUND = Evidence("Aspirin inhibits\nCOX-1.", Span(12, 35), Span(12, 19), Span(29, 34))
HALF = Evidence("Aspirin inhibits\nCOX-1.", Span(12, 35), Span(12, 19))


def extraction(*evidences, **fields):
    other = LinkAlternative(Entity(Curie("chebi:1"), "another", EntityKind.DRUG), 0.5)
    drug = Link(Entity(Curie("chebi:15365"), "aspirin", EntityKind.DRUG), 0.9, "exact", (other,))
    claims = tuple(Claim(Triplet("Aspirin", "inhibitor", "COX-1"), 0.87654, evidence, drug) for evidence in evidences)
    return Extraction(DOCUMENT, RUN, fields.pop("outcome", Outcome.EXTRACTED), claims, **fields)


def rendered(layout, result):
    return LAYOUTS[layout].render(result)


def rows(result):
    header = LAYOUTS["tsv"].header.rstrip("\n").split("\t")
    return [dict(zip(header, line.split("\t"), strict=True)) for line in rendered("tsv", result).splitlines()]


def test_json_has_the_fields_of_the_contract():
    [triplet] = orjson.loads(rendered("jsonl", extraction(FOUND)))["triplets"]
    evidence = triplet.pop("evidence")
    assert triplet.pop("linking") == {
        "drug": {"method": "exact", "score": 0.9, "taxon": None, "alternatives": [{"id": "chebi:1", "score": 0.5}]},
        "target": {"method": "none", "score": 0.0, "taxon": None, "alternatives": []},
    }
    assert triplet == {
        "drug": "Aspirin",
        "interaction": "inhibitor",
        "target": "COX-1",
        "confidence": 0.8765,
        "drug_id": "chebi:15365",
        "target_id": None,
        "interaction_type": "unknown",
        "direction": "unclear",
    }
    start, end = evidence["drug_span"]
    assert DOCUMENT.text[start:end] == "Aspirin"
    start, end = evidence["sentence_span"]
    assert DOCUMENT.text[start:end] == evidence["sentence"]
    assert (evidence["polarity"], evidence["not_found_in_text"]) == ("unassessed", [])


def test_json_tells_what_the_sentences_say():
    quantity = Quantity(kind=QuantityKind.KI, relation=Relation.LESS, nanomolar=5.0, text="Ki < 5 nM", span=Span(0, 9))
    said = (Polarity.NEGATED, Certainty.HEDGED, Span(20, 28), SectionKind.RESULTS, ("9606",), (Assay.IN_VITRO,), (quantity,))
    evidence = Evidence(FOUND.sentence, FOUND.sentence_span, FOUND.drug_span, FOUND.target_span, *said, supporting=(FOUND,))
    [triplet] = orjson.loads(rendered("jsonl", extraction(evidence)))["triplets"]
    told = triplet["evidence"]
    assert (told["polarity"], told["certainty"], told["section"]) == ("negated", "hedged", "results")
    assert (told["trigger_span"], told["species"], told["assays"]) == ([20, 28], ["9606"], ["in_vitro"])
    [figure] = told["quantities"]
    assert (figure["kind"], figure["relation"], figure["nanomolar"], figure["span"]) == ("Ki", "<", 5.0, [0, 9])
    assert [each["polarity"] for each in told["supporting"]] == ["unassessed"]


def test_json_names_document_status_and_run():
    record = orjson.loads(rendered("jsonl", extraction(outcome=Outcome.NO_TRIPLET, reason="why", truncated=True)))
    assert (record["id"], record["status"], record["triplets"]) == ("90000001", "no_triplet", [])
    assert (record["reason"], record["truncated"]) == ("why", True)
    assert record["run"] == {
        "id": RUN.id,
        "model": "first",
        "checkpoint_sha256": "0" * 64,
        "code_version": "1.0",
        "decoding": "Greedy()",
        "lexicon_sha256": "",
    }


@pytest.mark.parametrize(("evidence", "missing"), [(FOUND, []), (HALF, ["target"]), (Evidence(), ["drug", "target"])])
def test_what_is_not_found_in_the_text_is_said(evidence, missing):
    result = extraction(evidence)
    [triplet] = orjson.loads(rendered("jsonl", result))["triplets"]
    assert triplet["evidence"]["not_found_in_text"] == missing
    assert rows(result)[0]["not_found_in_text"] == ",".join(missing)
    assert ("not found in text" in rendered("table", result)) is bool(missing)


def test_tsv_is_one_row_per_triplet_and_no_cell_breaks_it():
    first, second = rows(extraction(FOUND, HALF))
    assert (first["id"], first["drug"], first["sentence"]) == ("90000001", "Aspirin", "Aspirin inhibits COX-1.")
    assert (first["drug_start"], first["target_end"]) == ("12", "34")
    assert (second["target_start"], second["not_found_in_text"]) == ("", "target")


def test_tsv_keeps_a_row_for_a_document_without_a_triplet():
    [row] = rows(extraction(outcome=Outcome.SKIPPED, reason="retracted"))
    assert (row["id"], row["status"], row["drug"], row["reason"]) == ("90000001", "skipped", "", "retracted")


def test_the_table_reads_well():
    assert rendered("table", extraction(FOUND)) == (
        "90000001  On aspirin.\n"
        "  0.88  Aspirin  --inhibitor->  COX-1\n"
        '        "Aspirin inhibits COX-1."\n\n'
    )  # fmt: skip


def test_the_table_and_tsv_say_what_is_denied():
    result = extraction(replace(FOUND, polarity=Polarity.NEGATED))
    assert "--inhibitor->  COX-1  (denied)\n" in rendered("table", result)
    assert rows(result)[0]["polarity"] == "negated"


def test_the_table_says_why_there_is_nothing():
    assert "no abstract: there is none" in rendered("table", extraction(outcome=Outcome.NO_ABSTRACT, reason="there is none"))


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_every_layout_ends_its_lines(layout):
    assert rendered(layout, extraction(FOUND)).endswith("\n")
    assert rendered(layout, extraction(outcome=Outcome.FAILED, reason="x")).endswith("\n")

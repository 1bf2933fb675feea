from __future__ import annotations

import json

import pytest

from dti.codecs import Tagged
from dti.domain.documents import Document
from dti.domain.triplets import Fault, Triplet

CODEC = Tagged()
ASPIRIN = Triplet("aspirin", "inhibitor", "COX-1 and COX-2")
MORPHINE = Triplet("morphine", "agonist", "mu-type opioid receptor (OPRM1)")


def test_the_format_is_the_papers():
    assert CODEC.render([ASPIRIN, MORPHINE]) == (
        "<d> aspirin <r> inhibitor <t> COX-1 and COX-2 <d> morphine <r> agonist <t> mu-type opioid receptor (OPRM1)"
    )


def test_field_order_is_read_from_the_first_markers():
    assert CODEC.parse("<d> aspirin <t> COX-1 and COX-2 <r> inhibitor").triplets == (ASPIRIN,)


def test_a_missing_marker_means_drug_target_interaction():
    parsed = CODEC.parse("<d> aspirin <t> COX-1")
    assert parsed.triplets == ()
    assert parsed.faults == (Fault("incomplete or disordered group", "<d> aspirin <t> COX-1"),)


def test_a_generation_cut_short_keeps_its_whole_triplets():
    parsed = CODEC.parse(f"{CODEC.render([ASPIRIN, MORPHINE])} <d> nalox")
    assert parsed.triplets == (ASPIRIN, MORPHINE)
    assert [fault.text for fault in parsed.faults] == ["<d> nalox"]


def test_a_broken_group_in_the_middle_costs_itself():
    text = f"{CODEC.render([ASPIRIN])} <d> x <t> y {CODEC.render([MORPHINE])}"
    parsed = CODEC.parse(text)
    assert parsed.triplets == (ASPIRIN, MORPHINE)
    assert [fault.text for fault in parsed.faults] == ["<d> x <t> y"]


def test_an_empty_field_is_a_fault():
    assert CODEC.parse("<d> <r> inhibitor <t> COX-1").triplets == ()


def test_text_before_the_first_marker_is_a_fault():
    parsed = CODEC.parse("well, <d> aspirin <r> inhibitor <t> COX-1 and COX-2")
    assert parsed.triplets == (ASPIRIN,)
    assert parsed.faults == (Fault("text outside any field", "well,"),)


def test_a_triplet_is_located_from_its_marker_to_its_last_character():
    text = f"  {CODEC.render([ASPIRIN])}   "
    (located,) = CODEC.parse(text).located
    assert text[located.start : located.end] == CODEC.render([ASPIRIN])


@pytest.mark.parametrize(
    ("title", "abstract", "source"),
    [
        ("A title.", "An abstract.", "A title. An abstract."),
        ("A title", "An abstract.", "A title. An abstract."),
        ("[A title]", "An abstract.", "[A title] An abstract."),
        ("A title", "", "A title"),
        ("", "An abstract.", "An abstract."),
    ],
)
def test_the_source_joins_title_and_abstract_as_the_benchmark_does(title, abstract, source):
    assert CODEC.source(Document(source="file", id="1", title=title, abstract=abstract)) == source


def test_all_of_the_benchmarks_valid_split_survives_the_way_there_and_back(shared_data):
    records = json.loads((shared_data / "labelled" / "kd_dti_valid.json").read_text(encoding="utf-8"))
    assert len(records) == 1000
    for record in records.values():
        triplets = [Triplet(t["drug"].strip(), t["interaction"].strip(), t["target"].strip()) for t in record["triples"]]
        assert list(CODEC.parse(CODEC.render(triplets)).triplets) == triplets

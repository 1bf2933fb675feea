from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.domain.triplets import Triplet
from dti.errors import EvaluationError
from dti.evaluation.kd_dti import read_gold, read_predictions

ASPIRIN = {"drug": "Aspirin ", "interaction": "inhibitor", "target": "COX-1"}
TRIPLET = Triplet("Aspirin", "inhibitor", "COX-1")


@pytest.fixture
def write(tmp_path):
    def file(content: str | bytes, name: str = "file.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return file


def lines(*records) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


@pytest.mark.parametrize("indent", [None, 2])
def test_the_benchmarks_own_json(write, indent):
    gold = {
        "123": {"title": "t", "abstract": "a", "pmid": "123", "triples": [ASPIRIN]},
        "id": {"title": "t", "abstract": "a", "triples": []},
    }
    assert read_gold(write(json.dumps(gold, indent=indent))) == {"123": (TRIPLET,), "id": ()}


def test_json_lines_as_extract_writes_them(write):
    triplet = {**ASPIRIN, "confidence": 0.75, "drug_id": None, "evidence": {"sentence": "s", "drug_span": [0, 1]}}
    text = lines(
        {"id": "123", "status": "extracted", "triplets": [triplet]}, {"id": "9", "status": "no_triplet", "triplets": []}
    )
    assert read_predictions(write(text)) == {"123": (TRIPLET,), "9": ()}


def test_json_lines_with_the_benchmarks_keys_numbers_and_blank_lines(write):
    text = "\n" + lines({"pmid": 123, "triples": [ASPIRIN]}) + "\n"
    assert read_gold(write(text)) == {"123": (TRIPLET,)}


def test_no_line_is_no_document(write):
    assert read_predictions(write("\n")) == {}


def test_minimum_confidence_drops_triplets_but_no_documents(write):
    doubtful, sure = {**ASPIRIN, "confidence": 0.25}, {**ASPIRIN, "confidence": 0.5}
    path = write(lines({"id": "1", "triplets": [doubtful, sure]}, {"id": "2", "triplets": [doubtful]}))
    assert read_predictions(path, min_confidence=0.5) == {"1": (TRIPLET,), "2": ()}


def test_minimum_confidence_needs_confidences(write):
    path = write(lines({"id": "1", "triplets": [ASPIRIN]}))
    with pytest.raises(EvaluationError, match=r"file.json:1: triplet 1: confidence must be a number, not nothing"):
        read_predictions(path, min_confidence=0.1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": "1", "triplets": []}\n{"id": "2", "trip', r"file.json:2: no JSON"),
        ('{"id": "1", "triplets": []}\n{"triplets": []}\n', r"file.json:2: no document id under id or pmid"),
        ('{"id": "1", "triplets": []}\n[1]\n', r"file.json:2: a JSON object is needed, not a list"),
        ('{"id": "1", "triplets": []}\n{"id": "1", "triplets": []}\n', r"file.json:2: document '1' appears twice"),
        ('{"id": "1", "triplets": {}}\n', r"file.json:1: no list of triplets"),
        ('{"id": "1", "triplets": ["x"]}\n', r"file.json:1: triplet 1: a JSON object is needed, not a string"),
        ('{"id": "1", "triplets": [{"drug": 3}]}\n', r"file.json:1: triplet 1: drug must be a string, not a number"),
        ('{"123": {"triples": [{"drug": "d", "interaction": "i"}]}}', r"document '123': triplet 1: target must be .* nothing"),
        ('{"123": []}', r"document '123': a JSON object is needed, not a list"),
        ('{"123": {"title": "t"}}', r"document '123': no list of triplets"),
        ("{\n  oops\n}", r"file.json: no JSON: .*line 2"),
        ("[]", r"file.json: a JSON object is needed, not a list"),
        (b'{"id": "\xff", "triplets": []}', r"file.json: no JSON"),
    ],
)
def test_faults_name_file_and_place(write, content, message):
    with pytest.raises(EvaluationError, match=message):
        read_gold(write(content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(EvaluationError, match=r"absent.json: No such file"):
        read_gold(tmp_path / "absent.json")


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused_by_name(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzz"
    path.write_bytes(content)
    try:
        found = read_predictions(path)
    except EvaluationError as error:
        found = error
    assert isinstance(found, dict) or str(path) in str(found)

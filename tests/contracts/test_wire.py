"""The client's types and the service's schemas are one contract."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from api import knowledge, learning, schemas
from dti.client import answers

_ANSWERS = [
    "Asked",
    "Name",
    "Batch",
    "Item",
    "Upload",
    "Run",
    "DocumentRef",
    "Quantity",
    "Supporting",
    "Evidence",
    "Triplet",
    "Reading",
    "Document",
    "SelfTraining",
    "SelfTrainingRound",
    "Label",
    "Model",
    "ModelFile",
    "ModelDetail",
    "Promotion",
]


@pytest.mark.parametrize("name", _ANSWERS)
def test_client_and_service_name_the_same_fields(name: str) -> None:
    schema: type[BaseModel] = next(found for module in (schemas, knowledge, learning) if (found := getattr(module, name, None)))

    assert set(getattr(answers, name).__annotations__) == set(schema.model_fields)


def test_no_answer_of_the_client_is_left_out() -> None:
    assert {name for name, value in vars(answers).items() if hasattr(value, "__total__")} == set(_ANSWERS)

"""What every weighting must satisfy; a new one is tested by being registered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("torch")

from dti.errors import OptionError, TrainingError  # noqa: E402 - after the skip
from dti.selftraining import weighting  # noqa: E402
from dti.selftraining.labels import Model  # noqa: E402
from dti.selftraining.weighting import WEIGHTINGS, Pseudo, Scales  # noqa: E402
from dti.training.pairs.recipe import read_recipe  # noqa: E402
from dti.training.pairs.run import read  # noqa: E402
from dti.training.run import Order  # noqa: E402
from tests.families import members  # noqa: E402
from tests.selftraining_data import train_parent, write_inputs  # noqa: E402

EACH = pytest.mark.parametrize("name", list(WEIGHTINGS))
SETTINGS = {"teacher": {"steps": 4, "batch": 4, "clean": 4}}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    inputs = write_inputs(folder / "inputs")
    parent = train_parent(inputs, folder / "parent", 2)
    recipe = read_recipe(Path(inputs["recipe"]))
    corpora = read(recipe, Order(data=Path(inputs["data"]), out=folder / "parent", resume=True)).corpora
    taught = [example for example in corpora.training if example.right]
    documents = [Pseudo(e, (0.1 + 0.8 * at / len(taught),) * len(e.right)) for at, e in enumerate(taught)]
    return documents, Scales(Model.open(parent, 1), corpora.training, corpora.development, recipe, 3)


def test_every_file_of_the_family_is_registered():
    assert members(weighting) == set(WEIGHTINGS)


@EACH
def test_every_document_gets_a_weight_and_the_same_again(name, world):
    documents, scales = world
    one, other = (WEIGHTINGS.build(name, **SETTINGS.get(name, {})).weigh(documents, scales) for _ in range(2))
    assert one == other
    assert len(one.weights) == len(documents)
    assert all(0 <= weight <= 1 for weight in one.weights)


def test_the_confident_count_more(world):
    documents, scales = world
    weights = WEIGHTINGS.build("confidence").weigh(documents, scales).weights
    assert list(weights) == sorted(weights)
    assert weights[0] < weights[-1]


def test_what_the_teacher_sees_is_an_option(world):
    with pytest.raises(OptionError, match="sees"):
        WEIGHTINGS.build("teacher", sees="everything")
    blind = WEIGHTINGS.build("teacher", **SETTINGS["teacher"], sees="loss")
    assert len(blind.weigh(*world).weights) == len(world[0])


def test_a_student_that_diverges_is_an_error(world):
    with pytest.raises(TrainingError, match="diverges at a rate"):
        WEIGHTINGS.build("teacher", **SETTINGS["teacher"] | {"steps": 12}, rate=1e30).weigh(*world)


def test_clean_documents_that_are_not_clean_are_doubted(world):
    """A model that is sure of pairs which the clean documents call wrong."""
    documents, scales = world
    engine = scales.model.engine
    clean = [e for e in scales.clean if e.right]
    scored = engine.score([e.document for e in clean], [e.candidates for e in clean])
    worst = [one.pairs[int(one.interacts.argmin())] for one in scored]
    wrong = [replace(e, right={pair: 0}) for e, pair in zip(clean, worst, strict=True)] * 8
    teacher = WEIGHTINGS.build("teacher", **SETTINGS["teacher"])
    told = engine.head
    engine.head = replace(told, weights={**told.weights, "interacts.bias": told.weights["interacts.bias"] + 8})
    try:
        assert "may not be clean" in teacher.weigh(documents, replace(scales, clean=wrong)).warnings[0]
        best = [replace(e, right={one.pairs[int(one.interacts.argmax())]: 0}) for e, one in zip(clean, scored, strict=True)] * 8
        assert not teacher.weigh(documents, replace(scales, clean=best)).warnings
    finally:
        engine.head = told

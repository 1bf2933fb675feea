"""The last layers as a student: what they say is what the checkpoint says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from dti.errors import TrainingError  # noqa: E402 - after the skip
from dti.selftraining import frozen  # noqa: E402
from dti.selftraining.labels import Model  # noqa: E402
from dti.training.pairs.loss import document_losses  # noqa: E402
from dti.training.pairs.recipe import PairRecipe, read_recipe  # noqa: E402
from dti.training.pairs.run import read  # noqa: E402
from dti.training.run import Order  # noqa: E402
from tests.selftraining_data import train_parent, write_inputs  # noqa: E402


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    inputs = write_inputs(folder / "inputs")
    model = Model.open(train_parent(inputs, folder / "parent", 3), 1)
    order = Order(data=Path(inputs["data"]), out=folder / "parent", resume=True)
    return model.engine, read(read_recipe(Path(inputs["recipe"])), order).corpora


def test_the_last_layers_say_what_the_engine_says(world):
    engine, corpora = world
    examples = list(corpora.development)
    scored = engine.score([e.document for e in examples], [e.candidates for e in examples])
    last = frozen.last_of(engine)
    for seen, one in zip(frozen.see(engine, examples), scored, strict=True):
        interacts, labels = last(seen.joined)
        assert np.allclose(-np.logaddexp(0, -interacts.detach().numpy()), one.interacts, atol=1e-4)
        assert np.allclose(torch.log_softmax(labels, -1).detach().numpy(), one.labels, atol=1e-4)


def test_a_batch_costs_what_its_documents_cost(world):
    engine, corpora = world
    documents = frozen.see(engine, [e for e in corpora.training if e.right][:5])
    last, recipe = frozen.last_of(engine), PairRecipe(name="t")

    def losses(part):
        batch = frozen.batch(part)
        return document_losses(recipe, batch.pairs, batch.answers, *last(batch.joined)).detach()

    together = losses(documents)
    assert together == pytest.approx(torch.cat([losses([one]) for one in documents]), abs=1e-5)
    assert len(together) == 5


def test_untrained_layers_differ_by_seed(world):
    engine, _ = world
    one, same, other = (frozen.last_of(engine, fresh=seed).joint.weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_orders_go_through_everything(world):
    drawn = frozen.orders(7, 3, 1)
    epochs = [[at for _ in range(3) for at in next(drawn)] for _ in range(2)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(7))] * 2
    assert epochs[0] != epochs[1]


def test_no_documents_are_refused():
    with pytest.raises(TrainingError, match="no documents"):
        frozen.batch([])

"""What every selection strategy must satisfy; a new one is tested by being registered."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("torch")

from dti.errors import OptionError  # noqa: E402 - after the skip
from dti.selftraining import selection  # noqa: E402
from dti.selftraining.choose import decide  # noqa: E402
from dti.selftraining.labels import Consider, Model, batch_of  # noqa: E402
from dti.selftraining.order import Quota  # noqa: E402
from dti.selftraining.pool import document_of  # noqa: E402
from dti.selftraining.selection import SELECTIONS, Material  # noqa: E402
from dti.training.pairs.find import Finder  # noqa: E402
from dti.training.pairs.recipe import read_recipe  # noqa: E402
from dti.training.pairs.run import read  # noqa: E402
from dti.training.run import Order  # noqa: E402
from tests.families import members  # noqa: E402
from tests.selftraining_data import pool_rows, train_parent, write_inputs  # noqa: E402

EACH = pytest.mark.parametrize("name", list(SELECTIONS))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A model, a batch of the pool, a batch of gold, and what a strategy may look at."""
    folder = tmp_path_factory.mktemp("world")
    inputs = write_inputs(folder / "inputs")
    parent = train_parent(inputs, folder / "parent", 2)
    model = Model.open(parent, 1)
    data = Path(inputs["data"])
    gold = read(read_recipe(Path(inputs["recipe"])), Order(data=data, out=folder / "parent", resume=True)).corpora
    with Finder(data / "lexicons" / "names", folder / "parent" / "lexicon", 1) as find:
        documents = [document_of(row, "") for row in pool_rows(6)]
        pool = batch_of(model, Consider(4, 0.0), documents, list(find(documents)))
    clean = batch_of(model, Consider(4, 0.0), [e.document for e in gold.development], [e.candidates for e in gold.development])
    return {"parent": str(parent), "pool": pool, "clean": clean, "material": Material(model, gold.training, 3, 1)}


def build(name, world):
    settings = {"ensemble": {"checkpoints": [world["parent"]]}, "dual": {"agents": 2, "epochs": 1}}
    return SELECTIONS.build(name, **settings.get(name, {}))


def test_every_file_of_the_family_is_registered():
    assert members(selection) == set(SELECTIONS)


@EACH
def test_every_label_has_a_score_that_depends_on_nothing_beside_it(name, world):
    batches = (world["clean"], world["pool"])
    together = build(name, world).scores(batches, world["material"])
    assert [len(scores) for scores in together] == [len(batch.labels) for batch in batches]
    [alone] = build(name, world).scores((world["pool"],), world["material"])
    assert alone == pytest.approx(together[1], abs=1e-6)
    assert all(0 <= score <= 1.001 for scores in together for score in scores)


@EACH
def test_labels_that_are_all_wrong_or_all_right_decide_a_precision(name, world):
    strategy = build(name, world)
    cut = strategy.cut([0.9, 0.8, 0.7] * 4, [False] * 12)
    if name in {"target_precision"}:
        assert cut.threshold is None
        assert "no safe threshold" in cut.reason
    else:
        assert (cut.threshold is None) == bool(cut.reason)
    assert strategy.cut([0.9, 0.8, 0.7] * 4, [True] * 12).threshold is not None


@EACH
def test_a_threshold_accepts_what_is_scored_no_lower(name, world):
    strategy = build(name, world)
    [scores] = strategy.scores((world["pool"],), world["material"])
    cut = strategy.cut(scores, [True] * len(scores))
    decisions = decide(world["pool"], scores, cut, Quota(interaction=1e9, drug=1.0), {})
    accepted = [score for score, decision in zip(scores, decisions, strict=True) if decision.accepted]
    rejected = [score for score, decision in zip(scores, decisions, strict=True) if not decision.accepted]
    assert min(accepted, default=1) >= max(rejected, default=0)


def test_an_unknown_strategy_or_setting_is_named():
    with pytest.raises(OptionError, match="did you mean 'threshold'"):
        SELECTIONS.build("treshold")
    with pytest.raises(OptionError, match="no setting 'most'"):
        SELECTIONS.build("threshold", most=1)
    with pytest.raises(OptionError, match="list of folders"):
        SELECTIONS.build("ensemble", checkpoints=())

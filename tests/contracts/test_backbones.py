"""What every backbone must satisfy, through the trainer; a new one is tested by being registered."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from dti.errors import CheckpointError, OptionError, TrainingError  # noqa: E402 - after the skip
from dti.extraction import Extractor  # noqa: E402
from dti.model import backbones  # noqa: E402
from dti.model.backbones import BACKBONES  # noqa: E402
from dti.model.checkpoint import Checkpoint  # noqa: E402
from dti.training import run  # noqa: E402
from tests.families import members  # noqa: E402
from tests.tiny_training import DOCUMENTS, READ, STAGE, KilledError, experiment, kill_at  # noqa: E402

EACH = pytest.mark.parametrize("name", list(BACKBONES))


def test_every_file_of_the_family_is_registered():
    assert members(backbones) == set(BACKBONES)


@EACH
def test_it_trains_resumes_measures_and_packs(name, tmp_path, data, hub):
    whole = run.train(experiment(name, hub), run.Order(data=data, out=tmp_path / "whole"), lambda _: None)
    with pytest.raises(KilledError):
        run.train(experiment(name, hub), run.Order(data=data, out=tmp_path / "killed"), kill_at())
    run.train(experiment(name, hub), run.Order(data=data, out=tmp_path / "killed", resume=True), lambda _: None)
    one, other = (dict(backbones.load(tmp_path / out / "model").named_parameters()) for out in ("whole", "killed"))
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert whole.card["servable"] is BACKBONES[name].servable
    assert whole.card["development"]["documents"] > 20


@EACH
def test_only_what_can_be_served_opens_as_a_checkpoint(name, tmp_path, data, hub):
    order = run.Order(data=data, out=tmp_path, most_steps=1, weights=False)
    packed = run.train(experiment(name, hub), order, lambda _: None)
    if BACKBONES[name].servable:
        assert Checkpoint.open(packed.folder).sha256 == packed.sha256
        assert {result.outcome for result in Extractor.open(packed.folder).extract(DOCUMENTS)} <= READ
        return
    assert (packed.folder / "model" / "model.safetensors").exists()
    assert any("torch only" in limit for limit in packed.card["limits"])
    with pytest.raises(CheckpointError, match="runs on torch only and cannot be served"):
        Checkpoint.open(packed.folder)


def test_a_fused_model_is_not_pretrained(tmp_path, data, hub):
    plan = replace(experiment("bert_fused", hub), stages=(replace(STAGE, examples="unlabelled"),))
    with pytest.raises(TrainingError, match="its BERT would read what is hidden"):
        run.train(plan, run.Order(data=data, out=tmp_path), lambda _: None)


def test_a_backbone_from_the_hub_is_not_pretrained_again(tmp_path, data, hub):
    plan = replace(experiment("bart", hub), stages=(replace(STAGE, examples="unlabelled"),))
    with pytest.raises(TrainingError, match="pretrained already"):
        run.train(plan, run.Order(data=data, out=tmp_path), lambda _: None)


@pytest.mark.parametrize(
    ("name", "stage", "said"),
    [
        ("t5", {"frozen_layers": 1}, "frozen_layers"),
        ("qwen2", {"frozen_layers": 1}, "frozen_layers"),
        ("qwen2", {"source_tokens": 20}, "stand around every source"),
        ("biogpt", {"source_tokens": 170}, "sequences of 218 tokens; the model reads 192"),
    ],
)
def test_what_a_backbone_cannot_do_is_said_before_it_trains(name, stage, said, tmp_path, data, hub):
    plan = replace(experiment(name, hub), stages=(replace(STAGE, **stage),))
    with pytest.raises(TrainingError, match=said):
        run.train(plan, run.Order(data=data, out=tmp_path, most_steps=1), lambda _: None)


def test_the_papers_sizes_are_the_defaults():
    for name in ("transformer", "bert_fused"):
        option = BACKBONES.build(name)
        assert (option.encoder_layers, option.decoder_layers, option.width, option.feed_forward, option.heads) == (
            2,
            2,
            256,
            1024,
            4,
        )
        assert option.dropout == 0.1


def test_an_unknown_backbone_is_named():
    with pytest.raises(OptionError, match="did you mean 'bert_fused'"):
        BACKBONES.build("bert_fuse")

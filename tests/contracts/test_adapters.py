"""What every adapter must satisfy, on a model with an encoder and on one without."""

from __future__ import annotations

import pytest

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated"),  # peft's, of transformers
]
torch = pytest.importorskip("torch")
pytest.importorskip("peft")

from dti.codecs import CODECS  # noqa: E402
from dti.errors import OptionError, TrainingError  # noqa: E402 - after the skip
from dti.extraction import Extractor  # noqa: E402
from dti.model import adapters, backbones  # noqa: E402
from dti.model.adapters import ADAPTERS  # noqa: E402
from dti.model.teacher_forcing import logits  # noqa: E402
from dti.training import run  # noqa: E402
from dti.training.corpora import read_corpora  # noqa: E402
from dti.training.experiment import read_experiment  # noqa: E402
from tests.families import members  # noqa: E402
from tests.recipes import SEQUENCES  # noqa: E402
from tests.tiny_training import DOCUMENTS, READ, KilledError, experiment, kill_at  # noqa: E402

EACH = pytest.mark.parametrize("name", list(ADAPTERS))
ON = pytest.mark.parametrize("backbone", ["bart", "t5", "flan-t5", "biogpt", "qwen2"])


def test_every_file_of_the_family_is_registered():
    assert members(adapters) == set(ADAPTERS)


@EACH
@ON
def test_what_is_merged_says_what_was_trained(name, backbone, tmp_path, data, hub):
    plan = experiment(backbone, hub, adapter=name)
    model, vocabulary = run.prepare(plan, read_corpora(data, CODECS.build("tagged")), data, tmp_path)
    before = [table.weight.detach().clone() for table in backbones.tables(model)]
    batch = [torch.randint(5, 90, (3, 12)), torch.ones(3, 12, dtype=torch.long), torch.randint(5, 90, (3, 6))]
    marker = vocabulary.id("<d>")
    batch[0][:, 4] = batch[2][:, 2] = marker
    adapted = ADAPTERS.build(name).apply(model, vocabulary)
    optimiser = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.02)
    for _ in range(2):
        logits(adapted.model.train(), *batch).logsumexp(-1).sum().backward()
        optimiser.step()
    trained = logits(adapted.model.eval(), *batch)
    merged = adapted.merge()
    assert merged is model
    torch.testing.assert_close(logits(merged.eval(), *batch), trained, rtol=1e-4, atol=1e-4)
    for old, table in zip(before, backbones.tables(model), strict=True):
        assert not torch.equal(old[marker], table.weight[marker])


@pytest.mark.parametrize("backbone", ["bart", "t5", "biogpt", "qwen2"])
def test_lora_trains_resumes_packs_and_extracts(backbone, tmp_path, data, hub):
    plan = experiment(backbone, hub, adapter="lora")
    whole = run.train(plan, run.Order(data=data, out=tmp_path / "whole"), lambda _: None)
    with pytest.raises(KilledError):
        run.train(plan, run.Order(data=data, out=tmp_path / "killed"), kill_at())
    for _ in range(2):  # a run that is resumed after its end merges nothing twice
        run.train(plan, run.Order(data=data, out=tmp_path / "killed", resume=True), lambda _: None)
    one, other = (dict(backbones.load(tmp_path / out / "model").named_parameters()) for out in ("whole", "killed"))
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert not any("lora" in key for key in one)
    assert {result.outcome for result in Extractor.open(whole.folder).extract(DOCUMENTS)} <= READ


@pytest.mark.parametrize("path", SEQUENCES, ids=lambda path: path.name)
def test_shipped_recipes_name_backbones_and_adapters_with_settings_that_they_have(path):
    architecture = read_experiment(path).architecture
    assert run._backbone(architecture).source(architecture.encoder)
    assert run._adapter(read_experiment(path)).keeps_base is (architecture.adapter == "lora")


def test_lora_is_for_models_of_transformers(tmp_path, data, hub):
    with pytest.raises(OptionError, match="bert_fused is not one"):
        run.train(experiment("bert_fused", hub, adapter="lora"), run.Order(data=data, out=tmp_path), lambda _: None)


def test_a_lora_run_is_a_parent_when_it_has_ended(tmp_path, data, hub):
    plan = experiment("bart", hub, adapter="lora")
    order = run.Order(data=data, out=tmp_path / "child", most_steps=1)
    child = experiment("bart", hub, parent=str(tmp_path / "parent"))
    run.prepare(plan, read_corpora(data, CODECS.build("tagged")), data, tmp_path / "parent")
    with pytest.raises(TrainingError, match="has not ended"):
        run.train(child, order, lambda _: None)
    run.train(plan, run.Order(data=data, out=tmp_path / "parent", most_steps=1), lambda _: None)
    assert run.train(child, order, lambda _: None).card["parents"][1]["run"] == "parent"
    mine, theirs = (tmp_path / out / "tokenizer.json" for out in ("child", "parent"))
    assert mine.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize(("settings", "said"), [({"rank": 0}, "at least 1"), ({"targets": ["nowhere"]}, "nowhere")])
def test_settings_that_make_no_sense_are_named(settings, said, tmp_path, data, hub):
    model, vocabulary = run.prepare(experiment("bart", hub), read_corpora(data, CODECS.build("tagged")), data, tmp_path)
    with pytest.raises(OptionError, match=said):
        ADAPTERS.build("lora", **settings).apply(model, vocabulary)

"""Pretraining on unlabelled literature, killed and resumed, and a fine-tuning run that goes on from it."""

from __future__ import annotations

import json
import lzma

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from click.testing import CliRunner  # noqa: E402 - after the skip
from safetensors.torch import load_file  # noqa: E402
from transformers import BertModel  # noqa: E402

from dti.cli.train import train as command  # noqa: E402
from dti.errors import TrainingError  # noqa: E402
from dti.model.vocabulary import END, MASK, PAD, START, Vocabulary  # noqa: E402
from dti.training import run  # noqa: E402
from dti.training.experiment import Stage, read_experiment  # noqa: E402
from dti.training.feeds import UnlabelledFeed  # noqa: E402
from dti.training.objectives import OBJECTIVES  # noqa: E402
from dti.training.unlabelled import Guard, Pool  # noqa: E402
from tests.tiny_model import tiny_tokenizer, write_corpus, write_tiny_encoder  # noqa: E402
from tests.tiny_training import KilledError, kill_at  # noqa: E402

RECIPE = """
name = "tiny mass"
threads = 1
save_steps = 4
[architecture]
encoder = "{encoder}"
least_piece_count = 1
[optimisation]
learning_rate = 3e-3
encoder_learning_rate = 3e-3
warmup_steps = 2
[pretraining]
objective = "entity_mass"
settings = {{ ratio = 0.5 }}
[[stages]]
name = "mass"
examples = "unlabelled"
steps = 12
source_tokens = 64
batch_tokens = 256
"""
FINE = """
name = "tiny fine"
threads = 1
target_tokens = 48
[architecture]
parent = "{parent}"
encoder = "{encoder}"
[[stages]]
name = "documents"
examples = "documents"
steps = 2
source_tokens = 64
batch_tokens = 512
[serving]
source_tokens = 64
settings = {{ most_tokens = 8 }}
"""
STAGE = Stage(name="s", examples="unlabelled", steps=1, source_tokens=64, batch_tokens=400)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = write_corpus(tmp_path_factory.mktemp("data"))
    (folder / "unlabelled").mkdir()
    with lzma.open(folder / "unlabelled" / "abstracts.jsonl.xz", "wt", encoding="utf-8") as stream:
        for n in range(60):
            text = f"The drug tamo{n} activates the human receptor {n}. In rat cells the agonist was a study of {n} proteins."
            stream.write(json.dumps({"id": str(n), "pmid": str(5000 + n), "title": "A study.", "text": text}) + "\n")
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return write_tiny_encoder(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def recipe(tmp_path_factory, encoder):
    path = tmp_path_factory.mktemp("recipe") / "mass.toml"
    path.write_text(RECIPE.format(encoder=encoder))
    return path


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory, data, recipe):
    out = tmp_path_factory.mktemp("pretrained")
    assert run.train(read_experiment(recipe), run.Order(data=data, out=out), lambda _: None) is None
    return out


def weights(folder):
    return load_file(folder / "model.safetensors")


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def fine(tmp_path, parent, encoder, **changes):
    path = tmp_path / "fine.toml"
    text = FINE.format(parent=parent, encoder=encoder)
    for old, new in changes.items():
        text = text.replace(old, new)
    path.write_text(text)
    return read_experiment(path)


def test_a_batch_asks_for_exactly_the_fragment(data):
    vocabulary = Vocabulary(tiny_tokenizer())
    pool = Pool(data / "unlabelled", Guard([]))
    batch = next(UnlabelledFeed(1, pool, vocabulary, OBJECTIVES.build("mass")).draw(STAGE))()
    for source, mask, decoder, labels in zip(batch.source, batch.mask, batch.decoder, batch.labels, strict=True):
        asked = labels[labels != -100]
        tokens = source[mask.bool()]
        assert tokens[0] == vocabulary.id(START)
        assert tokens[-1] == vocabulary.id(END)
        assert len(asked) == round(0.5 * (len(tokens) - 2))
        assert decoder[0] == vocabulary.id(START)
        assert torch.equal(decoder[1 : len(asked)], asked[:-1])
        assert (decoder[len(asked) :] == vocabulary.id(PAD)).all()
        assert (tokens == vocabulary.id(MASK)).sum() <= len(asked)


def test_structure_that_a_text_spells_out_is_ordinary_text(tmp_path):
    """Padding inside a source would not be attended to, and asked of the decoder."""
    (tmp_path / "unlabelled").mkdir()
    row = {"id": "0", "pmid": None, "title": "[PAD] [SEP] [CLS] [PAD].", "text": "the drug inhibits a human kinase " * 3}
    with lzma.open(tmp_path / "unlabelled" / "abstracts.jsonl.xz", "wt", encoding="utf-8") as stream:
        stream.write(json.dumps(row) + "\n")
    vocabulary = Vocabulary(tiny_tokenizer())
    pool = Pool(tmp_path / "unlabelled", Guard([]))
    batch = next(UnlabelledFeed(1, pool, vocabulary, OBJECTIVES.build("mass", ratio=1.0)).draw(STAGE))()
    structure = {vocabulary.id(token) for token in (PAD, START, END, MASK)}
    assert batch.mask.all()
    assert structure.isdisjoint(batch.labels[batch.labels != -100].tolist())


def test_batches_depend_on_the_seed_alone(data):
    def first(seed):
        feed = UnlabelledFeed(
            seed, Pool(data / "unlabelled", Guard([])), Vocabulary(tiny_tokenizer()), OBJECTIVES.build("mass")
        )
        return next(feed.draw(STAGE))()

    assert torch.equal(first(1).source, first(1).source)
    assert not torch.equal(first(1).labels, first(2).labels)


def test_a_killed_run_goes_on_and_ends_with_the_same_weights(tmp_path, data, recipe, pretrained):
    with pytest.raises(KilledError):
        run.train(read_experiment(recipe), run.Order(data=data, out=tmp_path), kill_at())
    assert [path.name for path in (tmp_path / "state").glob("step-*")] == ["step-0000008"]
    run.train(read_experiment(recipe), run.Order(data=data, out=tmp_path, resume=True), lambda _: None)
    assert equal(weights(tmp_path / "model"), weights(pretrained / "model"))


def test_the_run_leaves_a_curve_and_no_checkpoint(pretrained):
    assert (pretrained / "curve.png").exists()
    assert not (pretrained / "checkpoint").exists()


def test_the_run_leaves_its_encoder_as_a_folder_that_recipes_can_name(pretrained, encoder):
    learnt, origin = (BertModel.from_pretrained(str(folder)) for folder in (pretrained / "encoder", encoder))
    assert all(
        not torch.equal(one.attention.self.query.weight, other.attention.self.query.weight)
        for one, other in zip(learnt.encoder.layer, origin.encoder.layer, strict=True)
    )


def test_fine_tuning_starts_from_the_parents_weights_and_keeps_its_vocabulary(tmp_path, data, encoder, pretrained):
    experiment = fine(tmp_path, pretrained, encoder)
    corpora = run.read_corpora(data, run.CODECS.build("tagged"))
    run.prepare(experiment, corpora, data, tmp_path / "start")
    assert equal(weights(tmp_path / "start" / "model"), weights(pretrained / "model"))
    checkpoint = run.train(experiment, run.Order(data=data, out=tmp_path / "out"), lambda _: None)
    assert checkpoint.tokenizer.read_bytes() == (pretrained / "tokenizer.json").read_bytes()
    assert [parent.get("run") for parent in checkpoint.card["parents"]] == [None, pretrained.name]


def test_a_killed_parent_hands_on_its_last_state(tmp_path, data, encoder, recipe):
    parent = tmp_path / "parent"
    with pytest.raises(KilledError):
        run.train(read_experiment(recipe), run.Order(data=data, out=parent), kill_at())
    corpora = run.read_corpora(data, run.CODECS.build("tagged"))
    model, _ = run.prepare(fine(tmp_path, parent, encoder), corpora, data, tmp_path / "out")
    kept = weights(parent / "state" / "step-0000008")
    assert all(torch.equal(value, kept[name]) for name, value in model.named_parameters())


def test_a_folder_without_a_run_is_no_parent(tmp_path, data, encoder):
    corpora = run.read_corpora(data, run.CODECS.build("tagged"))
    with pytest.raises(TrainingError, match="holds no training run"):
        run.prepare(fine(tmp_path, tmp_path / "nothing", encoder), corpora, data, tmp_path / "out")


def test_the_command_says_how_to_go_on(tmp_path, data, recipe):
    arguments = ["--recipe", str(recipe), "--data", str(data), "--out", str(tmp_path), "--max-steps", "1"]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert f'parent = "{tmp_path}"' in result.output

"""The whole way on synthetic literature: train, be killed, resume, pack, serve."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from click.testing import CliRunner  # noqa: E402 - after the skip
from safetensors.torch import load_file  # noqa: E402

from dti.cli.train import train as command  # noqa: E402
from dti.codecs import CODECS  # noqa: E402
from dti.decoding import DECODERS  # noqa: E402
from dti.errors import TrainingError  # noqa: E402
from dti.model import seq2seq  # noqa: E402
from dti.model.checkpoint import Checkpoint  # noqa: E402
from dti.model.engine import Engine  # noqa: E402
from dti.model.vocabulary import Vocabulary  # noqa: E402
from dti.training import run  # noqa: E402
from dti.training.experiment import read_experiment  # noqa: E402
from tests.tiny_model import write_corpus, write_tiny_encoder  # noqa: E402
from tests.tiny_training import KilledError, kill_at  # noqa: E402

RECIPE = """
name = "tiny"
seed = 5
threads = 1
target_tokens = 48
save_steps = 4
[architecture]
encoder = "{encoder}"
decoder_layers = 2
least_piece_count = 1
[optimisation]
learning_rate = 3e-3
encoder_learning_rate = 3e-3
warmup_steps = 2
[[stages]]
name = "sentences"
examples = "sentences"
steps = 6
source_tokens = 64
batch_tokens = 512
swap = 0.5
[[stages]]
name = "documents"
examples = "documents"
steps = 4
source_tokens = 90
batch_tokens = 720
frozen_layers = 1
weights = {{ kd_dti = 2.0, drugprot = 0.5 }}
[serving]
source_tokens = 90
decoding = "greedy"
settings = {{ most_tokens = 24 }}
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    path = folder / "tiny.toml"
    path.write_text(RECIPE.format(encoder=write_tiny_encoder(folder / "bert")))
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory, data, recipe):
    """The output folder of a run that nothing interrupted."""
    out = tmp_path_factory.mktemp("whole")
    run.train(read_experiment(recipe), run.Order(data=data, out=out), lambda _: None)
    return out


def weights(out):
    return load_file(out / "model" / "model.safetensors")


def told(out):
    """The lines of a run's log, whatever the time they took."""
    return [{**json.loads(line), "seconds": 0} for line in (out / "log.jsonl").read_text().splitlines()]


def test_a_resumed_run_ends_with_the_same_weights_bit_for_bit(tmp_path, data, recipe, trained):
    experiment = read_experiment(recipe)
    order = run.Order(data=data, out=tmp_path)
    # Reports come every ten steps and at the end: the last one is after the state of step 8 and before the weights are written.
    with pytest.raises(KilledError):
        run.train(experiment, order, kill_at(10))
    (tmp_path / "state" / "draft").mkdir()
    assert [path.name for path in (tmp_path / "state").glob("step-*")] == ["step-0000008"]
    run.train(experiment, run.Order(data=data, out=tmp_path, resume=True), lambda _: None)
    expected, actual = weights(trained), weights(tmp_path)
    assert expected.keys() == actual.keys()
    assert all(torch.equal(expected[name], actual[name]) for name in expected)
    assert told(tmp_path)[-1] == told(trained)[-1]


def test_a_state_without_untold_losses_is_resumed_too(tmp_path, data, recipe, trained):
    with pytest.raises(KilledError):
        run.train(read_experiment(recipe), run.Order(data=data, out=tmp_path), kill_at(10))
    (tmp_path / "state" / "step-0000008" / "losses.json").unlink()
    run.train(read_experiment(recipe), run.Order(data=data, out=tmp_path, resume=True), lambda _: None)
    expected, actual = weights(trained), weights(tmp_path)
    assert all(torch.equal(expected[name], actual[name]) for name in expected)


def test_training_changes_every_part_of_the_model(trained, tmp_path, data, recipe):
    experiment = read_experiment(recipe)
    corpora = run.read_corpora(data, CODECS.build("tagged"))
    before, _ = run.prepare(experiment, corpora, data, tmp_path)
    after = dict(seq2seq.load(trained / "model").named_parameters())
    unchanged = [name for name, value in before.named_parameters() if torch.equal(value, after[name])]
    assert all("k_proj.bias" in name for name in unchanged), unchanged  # softmax ignores a shift of all keys


def test_an_output_folder_is_not_trained_into_twice(data, recipe, trained):
    with pytest.raises(TrainingError, match="holds a training run already"):
        run.train(read_experiment(recipe), run.Order(data=data, out=trained), lambda _: None)


def test_a_run_is_not_resumed_under_another_recipe(data, recipe, trained, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(recipe.read_text().replace("seed = 5", "seed = 6"))
    with pytest.raises(TrainingError, match="another recipe"):
        run.train(read_experiment(other), run.Order(data=data, out=trained, resume=True), lambda _: None)


def test_the_checkpoint_serves_what_was_trained(trained):
    """The engine (int8, no torch) and the saved model (fp32) give the same sequences within rounding."""
    checkpoint = Checkpoint.open(trained / "checkpoint")
    source = CODECS.build(checkpoint.codec)
    decoder = DECODERS.build(checkpoint.decoding.name, **checkpoint.decoding.settings)
    texts = [f"we show that zelo{n} inhibits the human kinase q{n} in rat cells." for n in range(6)]
    generations = decoder.decode(Engine(checkpoint), texts)
    vocabulary = Vocabulary.load(checkpoint.tokenizer)
    model = seq2seq.load(trained / "model").eval()
    agree = 0
    for text, generation in zip(texts, generations, strict=True):
        ids = torch.tensor([vocabulary.tokenizer.encode(text).ids])
        with torch.no_grad():
            made = model.generate(input_ids=ids, max_new_tokens=24, num_beams=1, do_sample=False)[0]
        tokens = [vocabulary.tokenizer.id_to_token(int(index)) for index in made[1:]]
        expected, _ = vocabulary.join([token for token in tokens if token not in {"[SEP]", "[PAD]"}], [0.0] * len(tokens))
        agree += expected == generation.hypotheses[0].text
    assert agree >= 4
    assert source.parse("").triplets == ()


def test_the_card_says_where_the_model_comes_from(trained):
    card = Checkpoint.open(trained / "checkpoint").card
    assert card["steps"] == 10
    assert card["seed"] == 5
    assert card["parents"][0]["sha256"]
    assert card["data"][0].keys() == {"file", "sha256", "use"}
    assert {"low", "high", "value"} == card["development"]["model"]["sample.f1"].keys()
    assert set(card["development"]["baselines"]) == {"most frequent triplet", "most frequent known names"}
    assert card["limits"]


def test_the_output_holds_no_pickle_and_a_picture_beside_the_card(trained):
    suffixes = {path.suffix for path in trained.rglob("*") if path.is_file()}
    assert suffixes <= {".json", ".jsonl", ".safetensors", ".bin", ".png", ""}
    assert (trained / "checkpoint" / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert (trained / "checkpoint" / "model" / "model.safetensors").exists()


def test_the_command_reports_as_json_and_ends_early_when_told(tmp_path, data, recipe):
    arguments = [
        "--recipe",
        str(recipe),
        "--data",
        str(data),
        "--out",
        str(tmp_path),
        "--json",
        "--max-steps",
        "2",
        "--no-weights",
    ]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines[0]["step"] == lines[0]["of"] == 2
    assert lines[-1]["development"]["documents"] > 20
    assert not (tmp_path / "checkpoint" / "model").exists()

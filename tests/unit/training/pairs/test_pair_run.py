"""A pair model's whole way on synthetic literature: train, be killed, resume, pack, serve."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from click.testing import CliRunner  # noqa: E402 - after the skip
from safetensors.torch import load_file  # noqa: E402

from dti.cli.train import train as command  # noqa: E402
from dti.errors import TrainingError  # noqa: E402
from dti.extraction import Extractor  # noqa: E402
from dti.lexicon import open_lexicon  # noqa: E402
from dti.model.checkpoint import Checkpoint  # noqa: E402
from dti.training.pairs import run  # noqa: E402
from dti.training.pairs.recipe import read_recipe  # noqa: E402
from dti.training.run import Order  # noqa: E402
from tests.pair_data import RECIPE, document, write_data  # noqa: E402
from tests.recipes import PAIRS  # noqa: E402
from tests.tiny_model import write_tiny_encoder  # noqa: E402
from tests.tiny_training import KilledError, kill_at  # noqa: E402


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    path = folder / "tiny.toml"
    path.write_text(RECIPE.format(encoder=write_tiny_encoder(folder / "bert")))
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory, data, recipe):
    """The output folder of a run that nothing interrupted, made by the command."""
    out = tmp_path_factory.mktemp("whole")
    result = CliRunner().invoke(command, ["--recipe", str(recipe), "--data", str(data), "--out", str(out), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["development"]["documents"] > 0
    return out


def test_the_card_tells_what_was_said_and_what_was_considered(trained):
    told = Checkpoint.open(trained / "checkpoint").card["calibration"]
    assert 0 < told["triplets"] <= told["considered"]["triplets"]
    assert "considered" not in told["considered"]


def test_a_resumed_run_ends_with_the_same_weights_bit_for_bit(tmp_path, data, recipe, trained):
    # Reports come every ten steps: the run ends after the state of step 5.
    with pytest.raises(KilledError):
        run.train(read_recipe(recipe), Order(data=data, out=tmp_path), kill_at())
    assert [path.name for path in (tmp_path / "state").glob("step-*")] == ["step-0000005"]
    run.train(read_recipe(recipe), Order(data=data, out=tmp_path, resume=True), lambda _: None)
    expected, actual = (load_file(out / "model" / "model.safetensors") for out in (trained, tmp_path))
    assert expected.keys() == actual.keys()
    assert all(torch.equal(expected[name], actual[name]) for name in expected)
    assert Checkpoint.open(tmp_path / "checkpoint").sha256 == Checkpoint.open(trained / "checkpoint").sha256


def test_a_run_in_the_way_is_not_overwritten(data, recipe, trained):
    with pytest.raises(TrainingError, match="resume it"):
        run.train(read_recipe(recipe), Order(data=data, out=trained), lambda _: None)


def test_another_recipe_does_not_resume_it(data, recipe, trained, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(recipe.read_text().replace("seed = 5", "seed = 6"))
    with pytest.raises(TrainingError, match="another recipe"):
        run.train(read_recipe(other), Order(data=data, out=trained, resume=True), lambda _: None)


def test_a_soup_is_the_mean_of_runs_from_one_beginning(tmp_path, data, recipe):
    soup = tmp_path / "soup.toml"
    soup.write_text(recipe.read_text() + 'soup = [5, 6]\nprecision = "bfloat16"\n')
    out = tmp_path / "out"
    with pytest.raises(KilledError):
        run.train(read_recipe(soup), Order(data=data, out=out), kill_at())
    with pytest.raises(TrainingError, match="resume it"):
        run.train(read_recipe(soup), Order(data=data, out=out), lambda _: None)
    run.train(read_recipe(soup), Order(data=data, out=out, resume=True), lambda _: None)
    kept = load_file(out / "model" / "model.safetensors")
    members = [load_file(path) for path in sorted(out.glob("seed-*/state/*/average/model.safetensors"))]
    assert len(members) == 2
    assert not torch.equal(members[0]["head.joint.weight"], members[1]["head.joint.weight"])
    assert all(torch.allclose(kept[name], (members[0][name] + members[1][name]) / 2) for name in kept)
    assert Checkpoint.open(out / "checkpoint").card["recipe"]["soup"] == [5, 6]


def test_the_checkpoint_tells_what_it_is(trained):
    checkpoint = Checkpoint.open(trained / "checkpoint")
    assert (checkpoint.reading, checkpoint.decoding.name) == ("pairs", "pairs")
    card = checkpoint.card
    assert card["examples"].keys() == {"drugprot"} | (card["examples"].keys() & {"kd_dti"})
    assert any(item["file"].startswith("lexicons/names/ttd") for item in card["data"])
    assert {"curve.png", "reliability.png"} <= {path.name for path in checkpoint.folder.iterdir()}


def test_it_extracts_with_a_lexicon_and_is_silent_without(trained, data, tmp_path):
    lexicon = open_lexicon(data / "lexicons" / "names", tmp_path)
    text = document("Clorgyline.", "We show that Clorgyline inhibits the human Monoamine oxidase type A in rat cells.")
    [found] = Extractor.open(trained / "checkpoint", lexicon=lexicon).extract([text])
    assert found.outcome in {"extracted", "no_triplet"}
    assert all(claim.triplet.drug == "Clorgyline" for claim in found.claims)
    [silent] = Extractor.open(trained / "checkpoint").extract([text])
    assert (silent.claims, silent.reason) == ((), "no drug was found in the text; no target was found in the text")


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.name)
def test_shipped_recipes_are_readable(path):
    assert read_recipe(path).steps > 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("kind = ", "cannot read recipe"),
        ('kind = "pairs"\nname = "x"\nspeed = 1', "unknown setting 'speed'"),
        ('kind = "pairs"\nname = "x"\nprecision = "int3"', "no precision 'int3'"),
    ],
)
def test_a_wrong_recipe_is_named(tmp_path, content, message):
    path = tmp_path / "wrong.toml"
    path.write_text(content)
    with pytest.raises(TrainingError, match=message):
        read_recipe(path)

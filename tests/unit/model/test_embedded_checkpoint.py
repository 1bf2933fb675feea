"""The checkpoint in data/model: whole, small, better than reading nothing, and trained by the recipe beside it."""

from __future__ import annotations

import tomllib

import pytest

from dti.model.checkpoint import Checkpoint
from dti.settings import PROJECT_ROOT
from dti.training.pairs.recipe import PairRecipe, read_recipe

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def checkpoint():
    return Checkpoint.open(PROJECT_ROOT / "data" / "model")


def test_it_is_small_and_holds_no_trainable_weights(checkpoint):
    files = [path for path in checkpoint.folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 32 * MEGABYTE
    assert not (checkpoint.folder / "model").exists()


def test_it_was_trained_by_the_recipe_beside_it(checkpoint):
    recipe = read_recipe(PROJECT_ROOT / "data" / "recipes" / f"{checkpoint.name}.toml")
    assert PairRecipe(**checkpoint.card["recipe"]) == recipe
    assert checkpoint.card["steps"] == recipe.steps


def test_the_manifest_tells_the_sum_that_results_carry(checkpoint):
    manifest = tomllib.loads((PROJECT_ROOT / "data" / "manifest.toml").read_text())
    (shipped,) = (entry for entry in manifest["shipped"] if entry["path"] == "model/")
    assert shipped["sha256"] == checkpoint.sha256


def test_it_beats_every_baseline_on_development_documents(checkpoint):
    development = checkpoint.card["development"]
    lowest = development["model"]["sample.f1"]["low"]
    assert all(lowest > baseline["sample.f1"]["high"] for baseline in development["baselines"].values())


def test_its_card_names_what_a_reader_must_know(checkpoint):
    card = checkpoint.card
    assert card["parents"][0]["licence"] == "Apache-2.0"
    assert all(len(item["sha256"]) == 64 for item in card["data"])
    assert {"labelled/kd_dti", "labelled/drugprot"} <= set(card["licences"])
    assert "non-commercial" in card["use"]
    assert len(card["limits"]) >= 5

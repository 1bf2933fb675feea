"""The pretraining benchmark at a size of seconds, and the literature that it makes up."""

from __future__ import annotations

import json
import lzma
import math

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("scipy")

from benchmarks import _pretraining_figures as figures  # noqa: E402 - after the skip
from benchmarks import _toy  # noqa: E402
from benchmarks import pretraining as bench  # noqa: E402
from dti.codecs import CODECS  # noqa: E402
from dti.model.hub import read_tokenizer  # noqa: E402
from dti.training.corpora import read_corpora  # noqa: E402
from dti.training.objectives import OBJECTIVES  # noqa: E402
from dti.training.unlabelled import Pool  # noqa: E402

SIZES = _toy.Sizes(gold=60, unlabelled=300, development=40, names=50)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    _toy.write_world(folder, 1, SIZES)
    return folder


def rows(folder, name):
    with lzma.open(folder / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_names_of_development_documents_stand_nowhere_else(world):
    corpora = read_corpora(world, CODECS.build("tagged"))
    rest = " ".join(
        [
            *(example.source for example in corpora.documents),
            *(f"{row['title']} {row['text']}" for row in rows(world, "unlabelled/abstracts")),
            *corpora.drugs,
            *corpora.targets,
        ]
    ).split()
    held_out = {name for e in corpora.development for t in e.triplets for name in (t.drug, t.target)}
    assert len(held_out) == 2 * len(corpora.development)
    assert held_out.isdisjoint(rest)


def test_the_corpora_are_what_a_trainer_takes(world):
    corpora = read_corpora(world, CODECS.build("tagged"))
    assert len(corpora.documents) >= SIZES.gold
    assert 0.75 * SIZES.development < len(corpora.development) <= SIZES.development
    assert len(corpora.drugs) == len(corpora.targets) == SIZES.names


def test_hygiene_leaves_the_pool_as_it_is(world):
    """Templates repeat, yet no five words of them in a row are a fifth of a document."""
    pool = Pool.of(world, read_corpora(world, CODECS.build("tagged")))
    kept = {example.key for example in pool.passages({}, 1000, "seed")}
    assert len(kept) > 0.9 * SIZES.unlabelled


def test_the_seed_decides_the_literature(tmp_path, world):
    for name, seed in (("same", 1), ("other", 2)):
        _toy.write_world(tmp_path / name, seed, SIZES)
    told = [rows(folder, "labelled/documents") for folder in (world, tmp_path / "same", tmp_path / "other")]
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_names_are_spelled_in_pieces_and_nothing_is_unknown(tmp_path, world):
    tokenizer = read_tokenizer(_toy.write_encoder(tmp_path))
    for row in rows(world, "labelled/documents"):
        assert "[UNK]" not in tokenizer.encode(f"{row['title']} {row['abstract']}").tokens
        assert len(tokenizer.encode(row["triples"][0]["drug"], add_special_tokens=False)) == 3


def test_what_is_asked_for_is_short(world):
    """A vocabulary keeps what it has seen in texts: an interaction that no text names is spelled out, and cut off."""
    seen = {word for example in read_corpora(world, CODECS.build("tagged")).documents for word in example.source.split()}
    assert {row["triples"][0]["interaction"] for row in rows(world, "labelled/documents")} <= seen


@pytest.mark.slow
def test_a_run_of_seconds_has_every_arm_and_goes_on_from_what_is_there(tmp_path, monkeypatch):
    report = bench.main(bench.SMOKE, tmp_path)
    names = {row.name for row in report.measurements}
    assert {f"swap 0: gain in f1, {arm} over longer" for arm in bench.SMOKE.arms if arm != "longer"} <= names
    cells = sorted(tmp_path.glob("*/seed-*/*/*.json"))
    assert len(cells) == bench.SMOKE.seeds * len(bench.SMOKE.arms)

    next(cell for cell in cells if cell.stem == "mass 0.5").unlink()
    trained = []
    whole = bench.train
    monkeypatch.setattr(bench, "train", lambda experiment, *rest: trained.append(experiment.steps) or whole(experiment, *rest))
    assert bench.main(bench.SMOKE, tmp_path) == report
    assert trained == [bench.SMOKE.fine]  # its parent is there, and so is every other cell


def test_every_objective_is_tried():
    assert {arm.objective for arm in bench.ARMS.values() if arm} == set(OBJECTIVES)


def test_gains_are_paired_by_seed():
    cells = {"scratch": [{"f1": 0.1}, {"f1": 0.5}], "longer": [{"f1": 0.2}, {"f1": 0.6}], "mass": [{"f1": 0.3}, {"f1": 0.7}]}
    gains = {row.name: row for row in figures._gains("swap 0", cells, "longer")}
    row = gains["swap 0: gain in f1, mass over longer"]
    assert row.value == pytest.approx(0.1)
    assert row.bounds == pytest.approx((0.1, 0.1))
    assert "swap 0: gain in f1, longer over longer" not in gains


def test_an_interval_is_students():
    assert figures.interval([0.0, 1.0]) == pytest.approx((0.5 - 12.706 * 0.5, 0.5 + 12.706 * 0.5), rel=1e-3)
    assert figures.interval([1.0]) == (-math.inf, math.inf)

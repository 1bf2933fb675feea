"""Whether self-training gains, by which labels and with which weights, on a frozen encoder.

Gold are KD-DTI's training documents (fewer than 500), the pool is part of the unlabelled abstracts; the development documents
are cut into a slice that chooses and calibrates, and the gate's. For each seed, untrained last layers learn from gold and label
the pool. Their students go on from them for the same number of steps: on gold alone (supervised), or on gold and as many
pseudo-labels for every strategy, gold drawn at least as often. All below the last layers is the checkpoint's, which was trained
on more than this gold: figures compare strategies with each other, they are none of the whole model.

Each seed's figures are kept in build/self-training/ and are not computed again.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import click
import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks._report import Measurement, Report, publish
from benchmarks._selftraining import CONSIDER, World, auc, build, scores_by_document, teach, with_last
from dti.domain.entities import EntityKind
from dti.model.checkpoint import Checkpoint
from dti.selftraining import frozen
from dti.selftraining.choose import BELOW, Decision
from dti.selftraining.folder import read_json, write_json
from dti.selftraining.frozen import Last, Seen
from dti.selftraining.labels import Batch, Model, batch_of, judge
from dti.selftraining.mixing import pseudo_labelled
from dti.selftraining.selection import SELECTIONS, Material
from dti.selftraining.selection.ensemble import mean_confidences
from dti.selftraining.weighting import WEIGHTINGS, Pseudo, Scales
from dti.selftraining.weighting.teacher import doubts
from dti.settings import PROJECT_ROOT, Settings
from dti.training.pairs.examples import PairExample

_DATA = PROJECT_ROOT.parent / "shared" / "data"
_WORK = PROJECT_ROOT / "build" / "self-training"
_SEEDS = 3
_POOL = 120
_STEPS = 150
_BELIEVED = 1 / 3  # of the labels considered
_DUAL_GOLD = 120
_CORRUPTED = 0.3
_YIELDS = (0.1, 0.25)
_RESAMPLES = 2000
_REFITS = 300
_PLAIN = "threshold"  # confidence alone
_ENSEMBLE = "ensemble"
_EVEN = "uniform"

logger = logging.getLogger(__name__)

_PARTS = ("labels", "teacher", "students")


def main(
    model: Path | None = None, data: Path = _DATA, seeds: int = _SEEDS, documents: int = _POOL, steps: int = _STEPS
) -> Report:
    """Compare all strategies of both families with supervised training; raises TrainingError if the data are not there."""
    settings = Settings()
    checkpoint = Checkpoint.open(model or settings.model_dir)
    work = _WORK / f"{checkpoint.sha256[:12]}-{seeds}-{documents}-{steps}"
    files = [[work / f"{part}-{seed}.json" for part in _PARTS] for seed in range(1, seeds + 1)]
    if not all(file.exists() for parts in files for file in parts):
        world = build(checkpoint.folder, data, settings.tagger_dir or Path("data/ner"), _WORK, documents)
        _run(world, files, steps)
    found = [{key: value for file in parts for key, value in read_json(file).items()} for parts in files]
    rows = (*_precision(found), *_ranking(found), *_teacher(found), *_gains(found))
    context = {"seeds": seeds, "pool": documents, "steps": steps, **found[0]["sizes"]}
    return Report("self-training", rows, context)


@dataclass(frozen=True, slots=True)
class _Seed:
    """The parent that a seed's students go on from."""

    number: int
    steps: int
    last: Last
    model: Model


def _run(world: World, files: Sequence[Sequence[Path]], steps: int) -> None:
    """All seeds' parents, for they are each other's ensemble; then part by part what is not there yet."""
    seeds = []
    for number, _ in enumerate(files, start=1):
        last = teach(frozen.last_of(world.model.engine, fresh=number), world.recipe, world.seen_gold, steps, number)
        seeds.append(_Seed(number, steps, last, with_last(world, last)))
    for at, make in enumerate((_labelled, _taught, _compared)):
        for seed, parts in zip(seeds, files, strict=True):
            if not parts[at].exists():
                others = [other.model for other in seeds if other is not seed]
                told = read_json(parts[0]) if at else {}
                write_json(parts[at], make(world, seed, others, told))
                logger.info("%s is there", parts[at])


def _labelled(world: World, seed: _Seed, others: Sequence[Model], _: Mapping[str, Any]) -> dict[str, Any]:
    """Scores of all labels of development documents and of the pool."""
    documents = world.development
    pool = _pool(world, seed)
    known = batch_of(seed.model, CONSIDER, [e.document for e in documents], [e.candidates for e in documents])
    scores = _scores(world, seed.model, others, (known, pool), seed.number)
    return {
        "sizes": {"gold": len(world.gold), "development": len(documents), "gated": len(world.gated)},
        "labels": {"right": judge(seed.model, known, documents), "document": [label.document for label in known.labels]},
        "scores": {name: told[0] for name, told in scores.items()},
        "pool": {name: told[1] for name, told in scores.items()},
    }


def _taught(world: World, seed: _Seed, _: Sequence[Model], told: Mapping[str, Any]) -> dict[str, Any]:
    """Whether teachers find the labels that were moved."""
    documents = _best(_pool(world, seed), told["pool"][_PLAIN], told["pool"][_PLAIN])
    return {"teacher": _weighed(documents, _scales(world, seed))}


def _compared(world: World, seed: _Seed, _: Sequence[Model], told: Mapping[str, Any]) -> dict[str, Any]:
    """F1 of every student on each of the gate's documents."""
    pool = _pool(world, seed)
    chosen = {name: _best(pool, scores, told["pool"][_PLAIN]) for name, scores in told["pool"].items()}
    arms = {"supervised": _student(world, seed, []), "parent": seed.last}
    arms |= {name: _student(world, seed, added) for name, added in _arms(chosen, _scales(world, seed))}
    return {"arms": {name: scores_by_document(with_last(world, last), world.gated) for name, last in arms.items()}}


def _pool(world: World, seed: _Seed) -> Batch:
    return batch_of(seed.model, CONSIDER, world.pool.documents, world.pool.candidates)


def _scales(world: World, seed: _Seed) -> Scales:
    return Scales(seed.model, world.gold, world.slice_, world.recipe, seed.number)


def _scores(
    world: World, model: Model, others: Sequence[Model], batches: tuple[Batch, Batch], seed: int
) -> dict[str, list[list[float]]]:
    """Of the development documents' labels and of the pool's, by every strategy."""
    material = Material(model, world.gold, seed, 1)
    asked = {"dual": {"gold": _DUAL_GOLD}}
    names = [name for name in SELECTIONS if name != _ENSEMBLE]
    found = {name: SELECTIONS.build(name, **asked.get(name, {})).scores(batches, material) for name in names}
    return {**found, _ENSEMBLE: [mean_confidences(batch, others) for batch in batches]}


def _best(pool: Batch, scores: Sequence[float], confidences: Sequence[float]) -> list[Pseudo]:
    """Documents of the best-scored labels, the more confident ones of equals, as many for every strategy."""
    best = set(_ordered(scores, confidences)[: round(_BELIEVED * len(scores))])
    return pseudo_labelled(pool, [Decision(score, "" if at in best else BELOW) for at, score in enumerate(scores)])


def _ordered(scores: Sequence[float], confidences: Sequence[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda at: (-scores[at], -confidences[at], at))


def _arms(chosen: Mapping[str, Sequence[Pseudo]], scales: Scales) -> Iterator[tuple[str, list[Seen]]]:
    """What is added to gold: by every strategy with equal weights, by confidence with every weighting."""
    yield from ((name, _seen(documents, scales, _EVEN)) for name, documents in chosen.items())
    yield from ((f"{_PLAIN}, {name}", _seen(chosen[_PLAIN], scales, name)) for name in WEIGHTINGS if name != _EVEN)


def _seen(documents: Sequence[Pseudo], scales: Scales, weighting: str) -> list[Seen]:
    weights = WEIGHTINGS.build(weighting).weigh(documents, scales).weights
    examples = [replace(p.example, weight=weight) for p, weight in zip(documents, weights, strict=True)]
    return frozen.see(scales.model.engine, examples)


def _student(world: World, seed: _Seed, added: Sequence[Seen]) -> Last:
    """On from the parent, gold at least as often as what is added."""
    times = max(1, -(-len(added) // len(world.seen_gold)))
    return teach(seed.last, world.recipe, [*world.seen_gold * times, *added], seed.steps, seed.number + 1000)


def _weighed(documents: Sequence[Pseudo], scales: Scales) -> dict[str, float]:
    """AUC of weights between documents as they were labelled and those of which a label was moved to another name."""
    rng = random.Random(scales.seed)  # noqa: S311 - reproducible draws, no secret
    moved = {at: made for at, p in enumerate(documents) if rng.random() < _CORRUPTED and (made := _moved(p, rng))}
    spoilt = [moved.get(at, document) for at, document in enumerate(documents)]
    clean = [replace(e, right={_other(e, pair, rng): label for pair, label in e.right.items()}) for e in scales.clean]

    def area(weights: Sequence[float]) -> float:
        return auc([w for at, w in enumerate(weights) if at not in moved], [w for at, w in enumerate(weights) if at in moved])

    teacher, blind = WEIGHTINGS.build("teacher"), WEIGHTINGS.build("teacher", sees="loss")
    wrong = replace(scales, clean=clean)
    return {
        "teacher": area(teacher.weigh(spoilt, scales).weights),
        "loss-only teacher": area(blind.weigh(spoilt, scales).weights),
        "confidence": area(WEIGHTINGS.build("confidence").weigh(spoilt, scales).weights),
        "corrupted validation": area(teacher.weigh(spoilt, wrong).weights),
        "corrupted validation warns": float(bool(list(doubts(wrong, clean)))),
        "documents": float(len(documents)),
        "moved": float(len(moved)),
    }


def _moved(document: Pseudo, rng: random.Random) -> Pseudo | None:
    """With one label moved to another target of the text, or to another drug; None if the text has no other."""
    example = document.example
    pair = sorted(example.right)[0]
    if (other := _other(example, pair, rng)) == pair:
        return None
    right = {other if one == pair else one: label for one, label in example.right.items()}
    return replace(document, example=replace(example, right=right, unclear=example.unclear - {other}))


def _other(example: PairExample, pair: tuple[int, int], rng: random.Random) -> tuple[int, int]:
    kinds = {kind: [at for at, c in enumerate(example.candidates) if c.kind is kind] for kind in EntityKind}
    targets = [(pair[0], t) for t in kinds[EntityKind.TARGET] if (pair[0], t) not in example.right]
    drugs = [(d, pair[1]) for d in kinds[EntityKind.DRUG] if (d, pair[1]) not in example.right]
    return rng.choice(targets or drugs or [pair])


def _precision(found: Sequence[Mapping[str, Any]]) -> Iterator[Measurement]:
    """Precision of the best-scored labels of development documents, as many for every strategy, mean of all seeds."""
    for share in _YIELDS:
        rows = {name: [_hits(one, name, share) for one in found] for name in found[0]["scores"]}
        plain = fmean(hits for hits, _ in rows[_PLAIN])
        for name, pairs in sorted(rows.items(), key=lambda row: -fmean(hits for hits, _ in row[1])):
            count = pairs[0][1]
            yield Measurement(
                f"precision of {count} labels, {name}", fmean(hits for hits, _ in pairs), "share", "confidence", plain
            )


def _hits(one: Mapping[str, Any], name: str, share: float) -> tuple[float, int]:
    scores, right = one["scores"][name], one["labels"]["right"]
    count = max(1, round(share * len(scores)))
    return fmean(right[at] for at in _ordered(scores, one["scores"][_PLAIN])[:count]), count


def _ranking(found: Sequence[Mapping[str, Any]]) -> Iterator[Measurement]:
    """How well scores tell right labels from wrong ones, and what reconstruction adds to confidence."""
    areas = {name: fmean(_area(one, one["scores"][name]) for one in found) for name in found[0]["scores"]}
    areas["reconstruction alone"] = fmean(_area(one, _restored(one)) for one in found)
    for name, value in sorted(areas.items(), key=lambda row: -row[1]):
        yield Measurement(f"AUC of right labels, {name}", value, "AUC", "confidence", areas[_PLAIN])
    value, low, high = _added(found[0])
    yield Measurement("weight of reconstruction beside confidence", value, "log odds a unit", "none", 0.0, bounds=(low, high))


def _area(one: Mapping[str, Any], scores: Sequence[float]) -> float:
    rows = list(zip(scores, one["labels"]["right"], strict=True))
    return auc([score for score, right in rows if right], [score for score, right in rows if not right])


def _restored(one: Mapping[str, Any]) -> list[float]:
    """Reconstruction without confidence: the dual score is the geometric mean of the two."""
    rows = zip(one["scores"]["dual"], one["scores"][_PLAIN], strict=True)
    return [float(joined**2 / max(confidence, 1e-9)) for joined, confidence in rows]


def _added(one: Mapping[str, Any]) -> tuple[float, float, float]:
    """Coefficient of log reconstruction beside the log odds of confidence, with its 95% interval over documents."""
    confidence, restored = (np.clip(np.array(values), 1e-6, 1 - 1e-6) for values in (one["scores"][_PLAIN], _restored(one)))
    inputs = np.stack([np.log(confidence / (1 - confidence)), np.log(restored)], 1)
    right, document = np.array(one["labels"]["right"]), np.array(one["labels"]["document"])
    rng = np.random.default_rng(0)

    def fitted(rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
        return float(LogisticRegression().fit(inputs[rows], right[rows]).coef_[0, 1])

    groups = [np.flatnonzero(document == number) for number in np.unique(document)]
    drawn = (np.concatenate([groups[at] for at in rng.integers(len(groups), size=len(groups))]) for _ in range(_REFITS))
    low, high = np.quantile([fitted(rows) for rows in drawn], (0.025, 0.975))
    return fitted(np.arange(len(right))), float(low), float(high)


def _teacher(found: Sequence[Mapping[str, Any]]) -> Iterator[Measurement]:
    told = [one["teacher"] for one in found]
    plain = fmean(one["confidence"] for one in told)
    for name in ("teacher", "loss-only teacher", "corrupted validation"):
        values = [one[name] for one in told]
        yield Measurement(f"weight AUC, {name}", fmean(values), "AUC", "confidence", plain, bounds=(min(values), max(values)))
    warned = fmean(one["corrupted validation warns"] for one in told)
    yield Measurement("corrupted validation is doubted", warned, "share of seeds", "wanted", 1.0)


def _gains(found: Sequence[Mapping[str, Any]]) -> Iterator[Measurement]:
    """F1 of students, paired with supervised training by seed and document; 95% interval over documents."""
    plain = np.array([one["arms"]["supervised"] for one in found]).mean(0)
    for name in found[0]["arms"]:
        if name == "supervised":
            continue
        ours = np.array([one["arms"][name] for one in found]).mean(0)
        low, high = _interval(ours - plain)
        label = f"F1 {name} (gain {ours.mean() - plain.mean():+.3f} [{low:+.3f}, {high:+.3f}])"
        yield Measurement(label, float(ours.mean()), "F1", "supervised", float(plain.mean()))


def _interval(differences: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(differences), size=(_RESAMPLES, len(differences)))
    low, high = np.quantile(differences[drawn].mean(1), (0.025, 0.975))
    return float(low), float(high)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--model", type=click.Path(path_type=Path, exists=True), help="Checkpoint folder.")
@click.option("--data", default=_DATA, type=click.Path(exists=True, file_okay=False, path_type=Path), help="Shared data.")
@click.option("--seeds", type=click.IntRange(min=2), default=_SEEDS, show_default=True)
@click.option("--documents", type=click.IntRange(min=20), default=_POOL, show_default=True, help="Of the pool, before hygiene.")
@click.option("--steps", type=click.IntRange(min=1), default=_STEPS, show_default=True, help="Of a parent, and of a student.")
def command(model: Path | None, data: Path, seeds: int, documents: int, steps: int) -> None:
    """Run this benchmark alone."""
    logging.basicConfig(level=logging.INFO)
    publish(main(model, data, seeds, documents, steps))


if __name__ == "__main__":
    command()

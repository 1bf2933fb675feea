"""Whether self-training gains, by which labels and with which weights, on a frozen encoder.

Gold are KD-DTI's training documents (fewer than 500, or as few as asked for), the pool is part of the unlabelled abstracts; the
development documents are cut into a slice that chooses and calibrates, and the gate's. For each seed, untrained last layers
learn from gold and label the pool. Their students go on from them for the same number of steps: on gold alone (supervised), or
on gold and the documents of as many pseudo-labels for every selection, with every weighting, gold drawn at least as often. All
below the last layers is the checkpoint's, which was trained on more than this gold: figures compare strategies with each other,
they are none of the whole model.

Every part is a file in build/self-training/ and is not computed again: a benchmark that was stopped goes on.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import click

from benchmarks._report import Report, publish
from benchmarks._selftraining import CONSIDER, World, auc, build, scores_by_document, teach, with_last
from benchmarks._selftraining_figures import PARENT, PLAIN, SHUFFLED, SUPERVISED, figures, ordered
from dti.domain.entities import EntityKind
from dti.model.checkpoint import Checkpoint
from dti.selftraining import frozen
from dti.selftraining.choose import BELOW, Decision
from dti.selftraining.folder import read_json, write_json
from dti.selftraining.frozen import Last, Seen
from dti.selftraining.labels import Batch, Model, batch_of, judge
from dti.selftraining.mixing import pseudo_labelled, shuffled
from dti.selftraining.selection import SELECTIONS, Material
from dti.selftraining.selection.ensemble import mean_confidences
from dti.selftraining.weighting import WEIGHTINGS, Pseudo, Scales
from dti.selftraining.weighting.teacher import doubts
from dti.settings import PROJECT_ROOT, Settings
from dti.training.pairs.examples import PairExample

_DATA = PROJECT_ROOT.parent / "shared" / "data"
_WORK = PROJECT_ROOT / "build" / "self-training"
_CORRUPTED = 0.3
_ENSEMBLE = "ensemble"
_EVEN = "uniform"
_SAME = "target_precision"  # at equal yield it is the fixed threshold
_ASKED = {"dual": {"gold": 120}}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setting:
    """Seeds, documents of the pool before hygiene and of gold at most, the share of labels that is believed, steps.

    With `anew` students begin untrained as their parent did: what gold alone gives is then not a parent that learnt too long.
    """

    seeds: int = 3
    documents: int = 250
    gold: int = 500
    believed: float = 0.15
    steps: int = 150
    anew: bool = False

    @property
    def name(self) -> str:
        """Of the folder with its parts."""
        return f"{self.seeds}-{self.documents}-{self.gold}-{self.believed:g}-{self.steps}"


def main(model: Path | None = None, data: Path = _DATA, setting: Setting | None = None) -> Report:
    """Compare all strategies of both families with supervised training; raises TrainingError if the data are not there."""
    asked = setting or Setting()
    settings = Settings()
    checkpoint = Checkpoint.open(model or settings.model_dir)
    work = _WORK / f"{checkpoint.sha256[:12]}-{asked.name}"
    bench = _Bench(checkpoint, data, settings.tagger_dir or Path("data/ner"), work, asked)
    found = [bench.seed(number) for number in range(1, asked.seeds + 1)]
    context = {"seeds": asked.seeds, "believed": asked.believed, "steps": asked.steps, "anew": asked.anew, **found[0]["sizes"]}
    return Report("self-training", figures(found), context)


@dataclass(frozen=True, slots=True)
class _Parent:
    """What a seed's students go on from."""

    last: Last
    model: Model


@dataclass
class _Bench:
    """Makes the parts that are not there yet; nothing is opened for those that are."""

    checkpoint: Checkpoint
    data: Path
    tagger: Path
    work: Path
    setting: Setting

    def seed(self, number: int) -> dict[str, Any]:
        """All figures of a seed."""
        part = _Seed(self, number)
        told = part.labels()
        scores = {name: part.scores(name) for name in SELECTIONS if name != _SAME}
        return {
            **told,
            "scores": {name: one["known"] for name, one in scores.items()},
            "teacher": part.teacher(),
            "arms": part.arms(),
        }

    def kept(self, name: str, make: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """A part by its name."""
        file = self.work / f"{name}.json"
        if not file.exists():
            write_json(file, make())
            logger.info("%s is there", file)
        return read_json(file)

    @cached_property
    def world(self) -> World:
        """What all seeds share."""
        asked = self.setting
        return build(self.checkpoint.folder, self.data, self.tagger, _WORK, asked.documents, asked.gold)

    @cached_property
    def parents(self) -> dict[int, _Parent]:
        """Of all seeds, for they are each other's ensemble."""
        return {number: self._parent(number) for number in range(1, self.setting.seeds + 1)}

    def _parent(self, number: int) -> _Parent:
        world = self.world
        fresh = frozen.last_of(world.model.engine, fresh=number)
        last = teach(fresh, world.recipe, world.seen_gold, self.setting.steps, number)
        return _Parent(last, with_last(world, last))


@dataclass
class _Seed:
    """The parts of a seed."""

    bench: _Bench
    number: int

    @property
    def world(self) -> World:
        """What all seeds share."""
        return self.bench.world

    @property
    def parent(self) -> _Parent:
        """What its students go on from."""
        return self.bench.parents[self.number]

    @property
    def scales(self) -> Scales:
        """What weightings look at."""
        return Scales(self.parent.model, self.world.gold, self.world.slice_, self.world.recipe, self.number)

    @cached_property
    def known(self) -> Batch:
        """Labels of development documents."""
        documents = self.world.development
        return batch_of(self.parent.model, CONSIDER, [e.document for e in documents], [e.candidates for e in documents])

    @cached_property
    def pool(self) -> Batch:
        """Labels of the pool, documents without any left out."""
        documents, candidates = zip(*self.world.pool, strict=True)
        whole = batch_of(self.parent.model, CONSIDER, documents, candidates)
        kept = {at: number for number, at in enumerate(sorted({label.document for label in whole.labels}))}
        labels = tuple(replace(label, document=kept[label.document]) for label in whole.labels)
        return Batch(tuple(documents[at] for at in kept), tuple(candidates[at] for at in kept), labels)

    def labels(self) -> dict[str, Any]:
        """Which labels of development documents are right."""
        return self.bench.kept(f"labels-{self.number}", self._labels)

    def _labels(self) -> dict[str, Any]:
        world, labels = self.world, self.known.labels
        right = judge(self.parent.model, self.known, world.development)
        sizes = {
            "gold": len(world.gold),
            "development": len(world.development),
            "gated": len(world.gated),
            "pool": len(world.pool),
            "labels": len(self.pool.labels),
        }
        return {"sizes": sizes, "labels": {"right": right, "document": [label.document for label in labels]}}

    def scores(self, name: str) -> dict[str, list[float]]:
        """Of the labels of development documents, and of the pool's."""
        return self.bench.kept(f"scores-{self.number}/{name}", lambda: self._scores(name))

    def _scores(self, name: str) -> dict[str, list[float]]:
        batches = (self.known, self.pool)
        if name == _ENSEMBLE:
            others = [parent.model for number, parent in self.bench.parents.items() if number != self.number]
            told = [mean_confidences(batch, others) for batch in batches]
        else:
            material = Material(self.parent.model, self.world.gold, self.number, 1)
            told = SELECTIONS.build(name, **_ASKED.get(name, {})).scores(batches, material)
        return dict(zip(("known", "pool"), told, strict=True))

    def best(self, name: str) -> list[Pseudo]:
        """Documents of the best-scored labels, the more confident ones of equals, as many for every strategy."""
        scores = self.scores(name)["pool"]
        most = round(self.bench.setting.believed * len(scores))
        best = set(ordered(scores, self.scores(PLAIN)["pool"])[:most])
        return pseudo_labelled(self.pool, [Decision(score, "" if at in best else BELOW) for at, score in enumerate(scores)])

    def teacher(self) -> dict[str, float]:
        """Whether teachers find the labels that were moved."""
        return self.bench.kept(f"teacher-{self.number}", lambda: weighed(self.best(PLAIN), self.scales))

    def arms(self) -> dict[str, list[float]]:
        """F1 of every student on each of the gate's documents: every selection with every weighting, beside controls."""
        return {name: self.arm(name) for name in chain((SUPERVISED, PARENT, SHUFFLED), _cells())}

    def arm(self, name: str) -> list[float]:
        """One of them."""
        folder = f"{'anew' if self.bench.setting.anew else 'arms'}-{self.number}"
        f1: list[float] = self.bench.kept(f"{folder}/{name}", lambda: {"f1": self._measured(self._made(name))})["f1"]
        return f1

    def _made(self, name: str) -> Last:
        """A shuffled arm has the most confident labels, moved: what is gained by them is no knowledge."""
        if name == SUPERVISED:
            return self._student([])
        if name == PARENT:
            return self.parent.last
        if name == SHUFFLED:
            return self._student(_seen(shuffled(self.best(PLAIN), self.number), self.scales, _EVEN))
        selection, weighting = name.split(", ")
        return self._student(_seen(self.best(selection), self.scales, weighting))

    def _measured(self, last: Last) -> list[float]:
        return scores_by_document(with_last(self.world, last), self.world.gated)

    def _student(self, added: Sequence[Seen]) -> Last:
        """Gold at least as often as what is added."""
        gold, setting = self.world.seen_gold, self.bench.setting
        times = max(1, -(-len(added) // len(gold)))
        begun = frozen.last_of(self.world.model.engine, fresh=self.number) if setting.anew else self.parent.last
        return teach(begun, self.world.recipe, [*gold * times, *added], setting.steps, self.number + 1000)


def _cells() -> Iterator[str]:
    return (f"{selection}, {weighting}" for selection in SELECTIONS if selection != _SAME for weighting in WEIGHTINGS)


def _seen(documents: Sequence[Pseudo], scales: Scales, weighting: str) -> list[Seen]:
    weights = WEIGHTINGS.build(weighting).weigh(documents, scales).weights
    examples = [replace(p.example, weight=weight) for p, weight in zip(documents, weights, strict=True)]
    return frozen.see(scales.model.engine, examples)


def weighed(documents: Sequence[Pseudo], scales: Scales) -> dict[str, float]:
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


_USUAL = Setting()


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--model", type=click.Path(path_type=Path, exists=True), help="Checkpoint folder.")
@click.option("--data", default=_DATA, type=click.Path(exists=True, file_okay=False, path_type=Path), help="Shared data.")
@click.option("--seeds", type=click.IntRange(min=2), default=_USUAL.seeds)
@click.option("--documents", type=click.IntRange(min=20), default=_USUAL.documents, help="Of the pool, before hygiene.")
@click.option("--gold", type=click.IntRange(min=10, max=500), default=_USUAL.gold, help="Documents of gold at most.")
@click.option("--believed", type=click.FloatRange(0, 1, min_open=True), default=_USUAL.believed, help="Share of the labels.")
@click.option("--steps", type=click.IntRange(min=1), default=_USUAL.steps, help="Of a parent, and of a student.")
@click.option("--anew", is_flag=True, help="Students begin untrained, not from their parent.")
def command(model: Path | None, data: Path, **asked: Any) -> None:
    """Run this benchmark alone."""
    logging.basicConfig(level=logging.INFO)
    publish(main(model, data, Setting(**asked)))


if __name__ == "__main__":
    command()

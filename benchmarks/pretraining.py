"""What MASS pretraining buys in a made-up literature (MS-2), at as many steps.

For each seed there is a literature of its own (`_toy.py`): few labelled documents, many without labels, and development
documents whose names stand nowhere else. The plain Transformer is trained on the labelled ones from scratch; from scratch for
as many more steps as pretraining takes; and after pretraining, for every objective and ratio. This in two regimes: half of the
labelled examples are told about other names each time (`swap`), or none is, so that names can be learnt by heart. All by
`dti.training.run.train`, scored by the hard match. The figures tell whether the code does what it is there for; none of them
is a KD-DTI result.

Every figure is a file in build/pretraining/ and is not computed again: a benchmark that was stopped goes on.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks._pretraining_figures import LONGER, SCRATCH, figures
from benchmarks._report import Report, publish
from benchmarks._toy import Sizes, write_encoder, write_world
from dti.model.checkpoint import Checkpoint
from dti.selftraining.folder import read_json, write_json
from dti.settings import PROJECT_ROOT
from dti.training.experiment import UNLABELLED, Architecture, Experiment, Optimisation, Pretraining, Serving, Stage
from dti.training.run import Order, train
from dti.training.trainer import Progress

_WORK = PROJECT_ROOT / "build" / "pretraining"
_TOKENS = 48  # of the longest document, and a few
_TARGET = 16

logger = logging.getLogger(__name__)


ARMS: Mapping[str, Pretraining | None] = {
    SCRATCH: None,
    LONGER: None,
    "mass 0.15": Pretraining(objective="mass", settings={"ratio": 0.15}),
    "entity_mass 0.15": Pretraining(objective="entity_mass", settings={"ratio": 0.15}),
    "mass 0.5": Pretraining(objective="mass", settings={"ratio": 0.5}),
    "mass 1": Pretraining(objective="mass", settings={"ratio": 1.0}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Seeds, steps of pretraining and of fine-tuning, shares of labelled examples that are told about other names, size."""

    seeds: int = 5
    pretraining: int = 1000
    fine: int = 400
    swaps: tuple[float, ...] = (0.5, 0.0)
    arms: tuple[str, ...] = tuple(ARMS)
    width: int = 64
    batch_tokens: int = 384
    sizes: Sizes = Sizes()  # noqa: RUF009 - frozen

    @property
    def name(self) -> str:
        """Of the folder with its figures; the number of seeds is not in it, so that more can be added."""
        sizes = f"{self.sizes.gold}-{self.sizes.unlabelled}-{self.sizes.development}-{self.sizes.names}"
        return f"{self.pretraining}-{self.fine}-{self.width}-{self.batch_tokens}-{sizes}"


SMOKE = Setting(
    seeds=2,
    pretraining=4,
    fine=4,
    swaps=(0.0,),
    arms=(SCRATCH, LONGER, "mass 0.5"),
    width=16,
    batch_tokens=128,
    sizes=Sizes(gold=12, unlabelled=24, development=8, names=20),
)


def main(setting: Setting | None = None, work: Path = _WORK) -> Report:
    """Train every arm for every seed, in both regimes, and compare them, paired by seed."""
    asked = setting or Setting()
    bench = _Bench(work / asked.name, asked)
    seeds = range(1, asked.seeds + 1)
    found = {
        _regime(swap): {arm: [bench.cell(seed, arm, swap) for seed in seeds] for arm in asked.arms} for swap in asked.swaps
    }
    context = {
        "seeds": asked.seeds,
        "steps of pretraining": asked.pretraining,
        "of fine-tuning": asked.fine,
        "gold": asked.sizes.gold,
        "unlabelled": asked.sizes.unlabelled,
        "development": asked.sizes.development,
    }
    return Report("pretraining", tuple(row for regime, cells in found.items() for row in figures(regime, cells)), context)


def _regime(swap: float) -> str:
    return f"swap {swap:g}"


@dataclass(frozen=True, slots=True)
class _Bench:
    """Makes the figures that are not there yet."""

    work: Path
    setting: Setting

    def cell(self, seed: int, arm: str, swap: float) -> dict[str, float]:
        """F1 and the share of right slots of one arm."""
        folder = self.work / f"seed-{seed}" / _regime(swap)
        file = folder / f"{arm}.json"
        if not file.exists():
            run = folder / "runs" / arm
            write_json(file, self._trained(seed, arm, swap, run))
            shutil.rmtree(run)
        found: dict[str, float] = read_json(file)
        told = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
        logger.info("seed %d, %s, %s: %s", seed, _regime(swap), arm, told)
        return found

    def _trained(self, seed: int, arm: str, swap: float, run: Path) -> dict[str, float]:
        """A checkpoint's figures on development documents; an interrupted run goes on from its last state."""
        data, asked = self._data(seed), ARMS[arm]
        parent = str(self._pretrained(seed, arm, asked)) if asked else ""
        steps = self.setting.fine + (self.setting.pretraining if arm == LONGER else 0)
        experiment = self._experiment(seed, self._stage("gold", "documents", steps, swap), parent=parent)
        made = train(experiment, Order(data=data, out=run, resume=True, weights=False), _tell)
        if not isinstance(made, Checkpoint):
            raise TypeError(f"{arm}: training ended with {type(made).__name__}, not with a checkpoint")
        return _told(made.card["development"]["model"])

    def _pretrained(self, seed: int, arm: str, asked: Pretraining) -> Path:
        """The parent that an arm's runs share in all regimes."""
        folder = self.work / f"seed-{seed}" / "pretrained" / arm
        if not (folder / "curve.png").exists():  # drawn last
            stage = self._stage("abstracts", UNLABELLED, self.setting.pretraining)
            experiment = self._experiment(seed, stage, pretraining=asked)
            train(experiment, Order(data=self._data(seed), out=folder, resume=True), _tell)
        return folder

    def _data(self, seed: int) -> Path:
        """The literature of a seed, the encoder's folder beside it."""
        folder = self.work / f"seed-{seed}" / "data"
        if not folder.exists():
            draft = folder.with_name("draft")
            write_world(draft, seed, self.setting.sizes)
            write_encoder(draft / "bert")
            draft.rename(folder)
        return folder

    def _stage(self, name: str, examples: str, steps: int, swap: float = 0.0) -> Stage:
        tokens = self.setting.batch_tokens
        return Stage(name=name, examples=examples, steps=steps, source_tokens=_TOKENS, batch_tokens=tokens, swap=swap)

    def _experiment(
        self,
        seed: int,
        stage: Stage,
        *,
        parent: str = "",
        pretraining: Pretraining = Pretraining(),  # noqa: B008 - frozen
    ) -> Experiment:
        width = self.setting.width
        return Experiment(
            name="toy",
            seed=seed,
            threads=1,
            target_tokens=_TARGET,
            architecture=Architecture(
                parent=parent,
                backbone="transformer",
                settings={"width": width, "feed_forward": 2 * width, "positions": 64},
                encoder=str(self.work / f"seed-{seed}" / "data" / "bert"),
                dropout=0.0,
                least_piece_count=1,
            ),
            optimisation=Optimisation(learning_rate=3e-3, encoder_learning_rate=3e-3, warmup_steps=60, label_smoothing=0.0),
            pretraining=pretraining,
            stages=(stage,),
            serving=Serving(source_tokens=_TOKENS, settings={"most_tokens": _TARGET}),
        )


def _told(metrics: Mapping[str, Any]) -> dict[str, float]:
    named = {"f1": "sample.f1", "drug": "accuracy.drug", "target": "accuracy.target", "interaction": "accuracy.interaction"}
    return {name: metrics[figure]["value"] for name, figure in named.items()}


def _tell(progress: Progress) -> None:
    if progress.step % 100 == 0 or progress.step == progress.of:
        logger.info("%s: step %d of %d, loss %.3f", progress.stage, progress.step, progress.of, progress.loss)


_USUAL = Setting()


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--seeds", type=click.IntRange(min=2), default=_USUAL.seeds)
@click.option("--pretraining", type=click.IntRange(min=1), default=_USUAL.pretraining, help="Steps.")
@click.option("--fine", type=click.IntRange(min=1), default=_USUAL.fine, help="Steps of fine-tuning.")
@click.option("--smoke", is_flag=True, help="Two seeds of a few steps: shows that it runs, nothing else.")
@click.option("--work", type=click.Path(file_okay=False, path_type=Path), default=_WORK, help="Folder of the figures.")
def command(work: Path, *, smoke: bool, **asked: Any) -> None:
    """Run this benchmark alone."""
    logging.basicConfig(level=logging.INFO)
    publish(main(SMOKE if smoke else Setting(**asked), work))


if __name__ == "__main__":
    command()

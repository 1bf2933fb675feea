"""What all rounds of a run share: the order, gold, the clean slice, the gate's documents, a way to find candidates."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dti.domain.documents import Document
from dti.errors import TrainingError
from dti.lexicon import open_lexicon
from dti.model.checkpoint import Checkpoint
from dti.model.pairs.engine import FREQUENCIES
from dti.selftraining import folder
from dti.selftraining.order import Order
from dti.selftraining.pool import Hygiene, document_of, read_pool, row_of
from dti.selftraining.preferences import preferences
from dti.selftraining.selection import SELECTIONS
from dti.selftraining.verdicts import Verdict, examples, read_verdicts
from dti.selftraining.weighting import WEIGHTINGS
from dti.sums import sha256
from dti.training.card import names_of
from dti.training.pairs import run as pair_run
from dti.training.pairs.examples import FindAll, PairExample
from dti.training.pairs.find import Finder
from dti.training.pairs.recipe import PairRecipe, read_recipe
from dti.training.pointing import Aligner
from dti.training.run import Order as TrainOrder

Emit = Callable[[Mapping[str, Any]], None]
WORK = "work"
_PAIRS = "pairs"


class BudgetSpentError(Exception):
    """The seconds that a run was given are over; ends the run, not the process."""


@dataclass(slots=True)
class Clock:
    """Seconds a run has used, over all its processes; raises BudgetSpentError when they are more than it was given."""

    path: Path
    budget: float | None
    began: float = field(default_factory=time.monotonic)
    before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = folder.read_json(self.path) if self.path.exists() else {}

    def check(self) -> None:
        """To be called before and within whatever takes long."""
        if self.budget is not None and sum(self.before.values()) + time.monotonic() - self.began > self.budget:
            raise BudgetSpentError(f"the budget of {self.budget:g} seconds is spent")

    def stage(self, name: str) -> float:
        """Put down the seconds since the last stage; returns all of this stage's."""
        now = time.monotonic()
        self.before[name] = round(self.before.get(name, 0.0) + now - self.began, 1)
        self.began = now
        folder.write_json(self.path, self.before)
        return self.before[name]

    def seconds(self, prefix: str) -> dict[str, float]:
        """Seconds of stages by name, of those that begin with `prefix`."""
        return {name.removeprefix(prefix): value for name, value in self.before.items() if name.startswith(prefix)}


@dataclass(frozen=True, slots=True)
class Session:
    """An opened run. `slice_` chooses thresholds and teaches the teacher; `gated` decides nothing but the end."""

    order: Order
    out: Path
    emit: Emit
    clock: Clock
    recipe: PairRecipe
    material: pair_run.Material
    find: FindAll
    slice_: tuple[PairExample, ...]
    gated: tuple[PairExample, ...]
    verdicts: tuple[PairExample, ...]
    pool: tuple[Document, ...]
    removed: Mapping[str, int]

    def stage(self, round_: int, stage: str, done: int, of: int) -> None:
        """Tell how far a stage is."""
        self.emit({"event": "stage", "round": round_, "stage": stage, "done": done, "of": of})
        self.clock.check()


def begin(order: Order, out: Path) -> None:
    """Write order and sums; raises TrainingError if the folder holds a run that was asked for something else.

    What an order names wrongly is told before anything is done.
    """
    SELECTIONS.build(order.selection.name, **order.selection.settings)
    WEIGHTINGS.build(order.weighting.name, **order.weighting.settings)
    if (parent := Checkpoint.open(order.parent)).reading != _PAIRS:
        raise TrainingError(f"{order.parent}: reads by {parent.reading!r}; only pair models label literature for a student")
    asked, sums = out / "order.json", out / "hashes.json"
    if asked.exists() and not order.same_run(folder.read_json(asked)):
        raise TrainingError(f"{out} holds a self-training run of another order; choose another folder")
    now = _sums(order)
    if sums.exists() and folder.read_json(sums) != now:
        raise TrainingError(f"{out}: the data of this run have changed since it began; choose another folder")
    if not asked.exists():
        folder.write_json(asked, order.to_json())
    if not sums.exists():
        folder.write_json(sums, now)


def _sums(order: Order) -> dict[str, str]:
    files = {
        "recipe": order.recipe,
        "pool": order.pool,
        "verdicts": order.verdicts,
        "held_out": order.held_out,
        "labelled": order.data / "labelled" / "documents.jsonl.xz",
    }
    sums = {name: sha256(path) for name, path in files.items() if path and path.is_file()}
    names = "\n".join(f"{row['sha256']}  {row['file']}" for row in names_of(order.data))
    return {"parent": Checkpoint.open(order.parent).sha256, **sums, "names": hashlib.sha256(names.encode()).hexdigest()}


@contextmanager
def opened(order: Order, out: Path, emit: Emit) -> Iterator[Session]:
    """A session on a folder that has been begun; its processes end with the context."""
    emit({"event": "stage", "round": 1, "stage": "pool", "done": 0, "of": 1})
    clock = Clock(out / "spent.json", order.budget_seconds)
    recipe = _recipe(order)
    parent = Checkpoint.open(order.parent)
    work = out / WORK
    work.mkdir(parents=True, exist_ok=True)
    if order.cache and not (work / "lexicon").exists():
        order.cache.mkdir(parents=True, exist_ok=True)
        (work / "lexicon").symlink_to(order.cache.resolve())
    if not (work / FREQUENCIES).exists():
        # A student reads what its parent reads: the same counts, and no need to count anew.
        folder.copy_file(parent.engine / FREQUENCIES, work / FREQUENCIES)
    material = pair_run.read(recipe, TrainOrder(data=order.data, out=work, resume=True))
    slice_, gated = halves(material.corpora.development, order.slice_share)
    tagger = Path(recipe.tagger) if recipe.tagger else None
    names, cache = order.data / "lexicons" / "names", work / "lexicon"
    with Finder(names, cache, order.threads, tagger) as find:
        said = read_verdicts(order.verdicts) if order.verdicts else []
        hygiene = Hygiene.of(order.data, material.corpora.development, _lines(order.held_out), (v.document for v in said))
        fit = [verdict for verdict in said if not hygiene.held_out(verdict.document)]
        judged = examples(fit, find, Aligner(open_lexicon(names, cache))) if fit else []
        pool, removed = _pool(order, out, hygiene, said)
        frozen(material.corpora.development, (*material.corpora.training, *judged))
        yield Session(order, out, emit, clock, recipe, material, find, slice_, gated, tuple(judged), tuple(pool), removed)


def _recipe(order: Order) -> PairRecipe:
    """The recipe with the order's seed; the seeds of a soup are moved along."""
    recipe = read_recipe(order.recipe)
    soup = tuple(seed + order.seed - recipe.seed for seed in recipe.soup)
    return replace(recipe, seed=order.seed, soup=soup, threads=order.threads)


def halves(development: Sequence[PairExample], share: float) -> tuple[tuple[PairExample, ...], tuple[PairExample, ...]]:
    """The clean slice and the gate's documents, by a hash of their PMIDs; raises TrainingError if there are not two."""
    if len(development) < 2:
        raise TrainingError(f"{len(development)} development documents: a slice and a gate need one each at least")
    ordered = sorted(development, key=lambda e: hashlib.sha256(f"slice/{e.document.pmid}".encode()).hexdigest())
    count = min(len(ordered) - 1, max(1, round(share * len(ordered))))
    return tuple(ordered[:count]), tuple(ordered[count:])


def frozen(development: Sequence[PairExample], training: Sequence[PairExample]) -> None:
    """Raises TrainingError if a development document is among the training documents: frozen gold never trains."""
    held_out = {example.document.pmid for example in development}
    if leaked := sorted(held_out & {example.document.pmid for example in training} - {""}):
        raise TrainingError(f"development document {leaked[0]} is among the training documents; frozen gold never trains")


def _pool(order: Order, out: Path, hygiene: Hygiene, said: Sequence[Verdict]) -> tuple[list[Document], dict[str, int]]:
    """The clean pool, made once; preferences are written beside it."""
    kept, dropped = out / "pool.jsonl", out / "removed.jsonl"
    if not kept.exists():
        clean, removed = hygiene.clean(read_pool(order.pool, order.pool_limit))
        folder.write_lines(dropped, ({"document": document.id, "reason": reason} for document, reason in removed))
        folder.write_lines(out / "preferences.jsonl", (preference.to_json() for preference in preferences(said)))
        folder.write_lines(kept, map(row_of, clean))
    counts: dict[str, int] = {}
    for row in folder.read_lines(dropped):
        counts[row["reason"]] = counts.get(row["reason"], 0) + 1
    return [document_of(row, str(kept)) for row in folder.read_lines(kept)], dict(sorted(counts.items()))


def _lines(path: Path | None) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] if path else []

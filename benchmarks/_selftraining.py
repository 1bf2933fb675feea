"""What the self-training benchmark compares on: KD-DTI's gold, a part of the pool, heads that are quick to train.

All but the last layers of the checkpoint is frozen, and what its encoder makes of a text is computed once.
"""

from __future__ import annotations

import copy
import hashlib
import json
import lzma
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.model.checkpoint import Checkpoint
from dti.model.pairs.encoding import PairSource
from dti.model.pairs.engine import FREQUENCIES, PairEngine
from dti.model.pairs.head import Floats
from dti.reading import Emission
from dti.selftraining import frozen
from dti.selftraining.frozen import Last, Seen
from dti.selftraining.labels import Consider, Model
from dti.selftraining.measure import measure
from dti.selftraining.pool import Hygiene, document_of
from dti.selftraining.session import halves
from dti.training import calibrate
from dti.training.pairs import run as pair_run
from dti.training.pairs.examples import PairExample
from dti.training.pairs.find import Finder
from dti.training.pairs.loss import document_losses
from dti.training.pairs.recipe import PairRecipe
from dti.training.run import Order

_SLICE = 0.3
_BATCH = 12
_RATE = 1e-3
_DECAY = 0.01
CONSIDER = Consider(4, 0.02)


class Remembering(PairEngine):
    """An engine that works out nothing twice of what no student changes, whatever process asks.

    Encoder states, and what the head's lower layers make of them, are kept in files, in half precision.
    """

    def __init__(self, checkpoint: Checkpoint, memory: Path) -> None:
        super().__init__(checkpoint, threads=1)
        self._memory = memory
        self._sources: dict[tuple[str, tuple[Candidate, ...]], PairSource] = {}
        memory.mkdir(parents=True, exist_ok=True)

    def source(self, document: Document, candidates: Sequence[Candidate]) -> PairSource:
        """As the engine shows it, made once."""
        key = document.text, tuple(candidates)
        if key not in self._sources:
            self._sources[key] = super().source(document, candidates)
        return self._sources[key]

    def states(self, sources: Iterable[PairSource]) -> Iterator[tuple[int, Floats]]:
        """As the engine has them."""
        for at, source in enumerate(sources):
            if source.features.pairs:
                yield at, self._kept(source, "states", partial(self._encoded, source))

    def joined(self, source: PairSource, states: Floats, style: int | None = None) -> Floats:
        """As the engine has it."""
        style = self.head.style if style is None else style
        return self._kept(source, f"joined-{style}", partial(super().joined, source, states, style))

    def _encoded(self, source: PairSource) -> Floats:
        return next(super().states([source]))[1]

    def _kept(self, source: PairSource, what: str, make: Callable[[], Floats]) -> Floats:
        shown = repr((source.ids, source.kinds, source.mentions)).encode()
        file = self._memory / f"{hashlib.sha256(shown).hexdigest()}-{what}.npy"
        if not file.exists():
            draft = file.with_suffix(f".{os.getpid()}.npy")
            np.save(draft, make().astype(np.float16))
            draft.rename(file)
        kept: Floats = np.load(file, allow_pickle=False).astype(np.float32)
        return kept


@dataclass(frozen=True, slots=True)
class World:
    """Everything that all seeds share; `pool` are documents with their candidates."""

    model: Model
    recipe: PairRecipe
    gold: tuple[PairExample, ...]
    slice_: tuple[PairExample, ...]
    gated: tuple[PairExample, ...]
    pool: tuple[tuple[Document, tuple[Candidate, ...]], ...]
    seen_gold: tuple[Seen, ...]

    @property
    def development(self) -> tuple[PairExample, ...]:
        """Slice and gate together."""
        return (*self.slice_, *self.gated)


def build(checkpoint: Path, data: Path, tagger: Path, work: Path, documents: int, gold: int) -> World:
    """Find candidates, clean the pool, encode gold; at most `documents` of the pool, and `gold` of KD-DTI's."""
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    opened = Checkpoint.open(checkpoint)
    engine = Remembering(opened, work / "states" / opened.sha256[:16])
    model = Model(opened, engine, Emission(**opened.decoding.settings))
    recipe = PairRecipe(name="benchmark", threads=1, tagger=str(tagger), abstracts_counted=0)
    (work / FREQUENCIES).write_bytes((opened.engine / FREQUENCIES).read_bytes())
    corpora = pair_run.read(recipe, Order(data=_benchmark_alone(data, work), out=work, resume=True)).corpora
    slice_, gated = halves(corpora.development, _SLICE)
    clean, _ = Hygiene.of(data, corpora.development).clean(islice(_candidates(data), documents))
    with Finder(data / "lexicons" / "names", work / "lexicon", 1, tagger) as find:
        pool = tuple(zip(clean, find(clean), strict=True))
    known = few(corpora.training, gold)
    return World(model, recipe, known, slice_, gated, pool, tuple(frozen.see(engine, known)))


def few(gold: Sequence[PairExample], most: int) -> tuple[PairExample, ...]:
    """At most so many documents, by a hash of their PMIDs: fewer are part of more."""
    ranked = sorted(gold, key=lambda e: hashlib.sha256(f"gold/{e.document.pmid}".encode()).hexdigest())
    return tuple(ranked[:most])


def _benchmark_alone(data: Path, work: Path) -> Path:
    """A data folder with KD-DTI's documents and no others."""
    folder = work / "data"
    (folder / "labelled").mkdir(parents=True, exist_ok=True)
    if not (folder / "lexicons").exists():
        (folder / "lexicons").symlink_to((data / "lexicons").resolve())
    labelled = Path("labelled") / "documents.jsonl.xz"
    with lzma.open(data / labelled, "rt", encoding="utf-8") as lines:
        kept = [line for line in lines if json.loads(line)["corpus"] == "kd_dti"]
    with lzma.open(folder / labelled, "wt", encoding="utf-8", preset=0) as out:
        out.writelines(kept)
    return folder


def _candidates(data: Path) -> Iterator[Document]:
    with lzma.open(data / "unlabelled" / "abstracts.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines if "dti_candidate" in line)
        yield from (document_of(row, "pool") for row in rows if row.get("dti_candidate"))


def teach(last: Last, recipe: PairRecipe, documents: Sequence[Seen], steps: int, seed: int) -> Last:
    """Train last layers on documents with their weights, each drawn as often as it stands there; returns a trained copy."""
    student = copy.deepcopy(last)
    optimiser = torch.optim.AdamW(student.parameters(), lr=_RATE, weight_decay=_DECAY)
    for step, order in enumerate(islice(frozen.orders(len(documents), _BATCH, seed), steps)):
        for group in optimiser.param_groups:
            group["lr"] = _RATE * (steps - step) / steps
        batch = frozen.batch([documents[at] for at in order])
        interacts, labels = student(batch.joined)
        losses = document_losses(recipe, batch.pairs, batch.answers, interacts, labels)
        optimiser.zero_grad()
        (batch.answers.weight * losses).mean().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimiser.step()
    return student


def with_last(world: World, last: Last) -> Model:
    """The checkpoint with other last layers, its confidence fitted on the slice."""
    engine = copy.copy(world.model.engine)
    engine.head = replace(engine.head, weights={**engine.head.weights, **frozen.weights_of(last)})
    draft = replace(world.model, engine=engine)
    fit = calibrate.fit(measure(draft, world.slice_).judged)
    return replace(draft, checkpoint=replace(draft.checkpoint, calibration=fit.calibration))


def scores_by_document(model: Model, examples: Sequence[PairExample]) -> list[float]:
    """F1 of each document."""
    return [document.triplets.f1 for document in measure(model, examples).report.documents]


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that one of the first is above one of the second, ties counting half."""
    if not positive or not negative:
        return math.nan
    one, other = np.array(positive)[:, None], np.array(negative)[None, :]
    return float((one > other).mean() + (one == other).mean() / 2)

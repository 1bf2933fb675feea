"""A small network weighs documents by what it sees inside the student, and learns from what that does to clean documents.

The student here is the checkpoint's head alone, on states of its serving encoder that are computed once: the unrolled step goes
through the head's parameters, not through the encoder's. The weights it ends with are then those of the whole model's training.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from statistics import fmean

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel

from dti.errors import OptionError, TrainingError
from dti.model.pairs.engine import PairEngine
from dti.model.pairs.network import Head
from dti.selftraining import frozen
from dti.selftraining.frozen import Batch, Read
from dti.selftraining.unrolling import Parameters, after_step
from dti.selftraining.unrolling import Teacher as Network
from dti.selftraining.weighting.base import Pseudo, Scales, Weighed
from dti.training.pairs.examples import PairExample
from dti.training.pairs.loss import choice_losses, document_losses, label_losses, pair_losses
from dti.training.pairs.recipe import PairRecipe

SEES = ("states", "loss")
_DOUBTFUL = 3.0  # standard deviations below what the model expects, from which on clean documents are not called clean
_HIDDEN = 64
_LOSSES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """Weights by a network that is trained through `steps` updates of the student.

    Each takes `batch` pseudo-labelled documents, as many of gold, and `clean` clean ones. The student learns at `rate` by
    plain gradient descent, the teacher at `teacher_rate` by Adam. At most `pseudo` documents and `gold` of gold are kept in
    memory to learn from, 0.2 MB each; all are weighed. With `sees` "loss" the teacher is told of losses and progress alone,
    a control. With `fresh` the student begins untrained.
    """

    steps: int = 300
    batch: int = 16
    clean: int = 32
    pseudo: int = 2000
    gold: int = 400
    rate: float = 0.05
    teacher_rate: float = 3e-3
    sees: str = "states"
    fresh: bool = False

    def __post_init__(self) -> None:
        if self.sees not in SEES:
            raise OptionError(f"weighting 'teacher': sees must be one of {', '.join(SEES)}, not {self.sees!r}")

    def weigh(self, documents: Sequence[Pseudo], scales: Scales) -> Weighed:
        """The trained teacher's weights, seen through the student as it ends."""
        torch.set_num_threads(scales.recipe.threads)
        engine = scales.model.engine
        shown = documents[:: -(-len(documents) // self.pseudo)]
        read = frozen.read(engine, [document.example for document in shown])
        clean = frozen.read(engine, [example for example in scales.clean if example.right])
        if not clean:
            raise TrainingError("weighting 'teacher': no clean document has a right pair among its candidates")
        gold = frozen.read(engine, scales.gold[:: max(1, len(scales.gold) // self.gold)])
        head = frozen.head_of(engine, fresh=scales.seed if self.fresh else None)
        lesson = Lesson(self, scales.recipe, head, scales.seed)
        lesson.teach(read, [document.confidences for document in shown], gold, clean)
        return Weighed(
            tuple(lesson.weights(engine, documents)), tuple(doubts(scales, [document.item.example for document in clean]))
        )


@dataclass(slots=True)
class Lesson:
    """One training of a teacher beside its student."""

    settings: Teacher
    recipe: PairRecipe
    head: Head
    seed: int
    teacher: Network = field(init=False)
    progress: float = 0.0

    def __post_init__(self) -> None:
        width = _LOSSES + 1
        if self.settings.sees == "states":
            width += 2 * self.head.queries.in_features + self.head.label.out_features + 2
        self.teacher = Network(width, _HIDDEN, self.seed)

    def teach(
        self,
        documents: Sequence[Read],
        confidences: Sequence[Sequence[float]],
        gold: Sequence[Read],
        clean: Sequence[Read],
    ) -> None:
        """All steps of both."""
        settings, seed = self.settings, self.seed
        optimiser = torch.optim.Adam(self.teacher.parameters(), lr=settings.teacher_rate)
        numbered = list(range(len(documents)))
        batches = zip(
            _orders(numbered, settings.batch, seed),
            frozen.batches(gold, settings.batch, seed + 1),
            frozen.batches(clean, settings.clean, seed + 2),
            strict=False,  # all are endless
        )
        for step, (order, beside, checked) in enumerate(islice(batches, settings.steps)):
            self.progress = step / settings.steps
            self._step(optimiser, [documents[at] for at in order], [confidences[at] for at in order], beside, checked)
        self.progress = 1.0

    def _step(
        self,
        optimiser: torch.optim.Optimizer,
        documents: Sequence[Read],
        confidences: Sequence[Sequence[float]],
        gold: Sequence[Read],
        clean: Sequence[Read],
    ) -> None:
        pseudo, checked = frozen.batch(documents), frozen.batch(clean)
        both = frozen.batch([*documents, *gold])
        told = self.told(pseudo, confidences)
        weights = torch.cat([self.teacher(told), torch.ones(len(gold))])
        theta = dict(self.head.named_parameters())
        stepped = after_step(lambda p: self.losses(p, both), theta, weights, self.settings.rate)
        optimiser.zero_grad()
        ahead = self.losses(stepped, checked).mean()
        gradients = torch.autograd.grad(ahead, list(self.teacher.parameters()))
        for parameter, gradient in zip(self.teacher.parameters(), gradients, strict=True):
            parameter.grad = gradient
        optimiser.step()
        with torch.no_grad():
            for name, parameter in theta.items():
                parameter.copy_(stepped[name])

    def losses(self, parameters: Parameters, batch: Batch) -> torch.Tensor:
        """Each document's loss under the head's `parameters` [documents]."""
        with sdpa_kernel(SDPBackend.MATH):  # the faster ones have no second derivative
            interacts, labels = functional_call(self.head, dict(parameters), (batch.states, batch.pairs))
        return document_losses(self.recipe, batch.pairs, batch.answers, interacts, labels)

    @torch.no_grad()
    def told(self, batch: Batch, confidences: Sequence[Sequence[float]]) -> torch.Tensor:
        """What the teacher sees: it is told, it does not teach the student by looking, so there is no gradient."""
        pairs, answers = batch.pairs, batch.answers
        final = self.head.final(batch.states, pairs)
        interacts, labels = self.head.interacts(final)[:, 0], self.head.label(final)
        losses = [
            pair_losses(pairs, answers, interacts),
            choice_losses(pairs, answers, interacts),
            label_losses(self.recipe, pairs, answers, labels),
        ]
        surface = torch.stack([*losses, torch.full_like(losses[0], self.progress)], 1)
        if self.settings.sees == "loss":
            return surface
        given = torch.tensor([[fmean(one), min(one)] for one in confidences])
        return torch.cat([surface, *_inside(batch, final, labels.shape[1]), given], 1)

    @torch.no_grad()
    def weights(self, engine: PairEngine, documents: Sequence[Pseudo]) -> Iterator[float]:
        """The teacher's opinion of each document as it stands; each has a pair."""
        size = self.settings.batch
        for start in range(0, len(documents), size):
            part = documents[start : start + size]
            read = frozen.read(engine, [document.example for document in part])
            told = self.told(frozen.batch(read), [document.confidences for document in part])
            yield from self.teacher(told).tolist()


def _inside(batch: Batch, final: torch.Tensor, labels: int) -> Iterator[torch.Tensor]:
    """Mean encoder state of a document, mean head state of its right pairs, shares of their labels [documents, ...]."""
    mask = batch.pairs.mask[..., None]
    yield (batch.states * mask).sum(1) / mask.sum(1)
    count = len(batch.pairs.ids)
    right = batch.answers.right[:, None]
    number = right.new_zeros(count, 1).index_add(0, batch.pairs.document, right).clamp(min=1)
    yield final.new_zeros(count, final.shape[1]).index_add(0, batch.pairs.document, right * final) / number
    kinds = nn.functional.one_hot(batch.answers.label.clamp(min=0), labels) * right
    yield kinds.new_zeros(count, labels).index_add(0, batch.pairs.document, kinds) / number


def _orders(numbers: Sequence[int], size: int, seed: int) -> Iterator[list[int]]:
    """Endless batches of numbers, each epoch in another order."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(numbers), generator=generator).tolist()
        yield from (order[start : start + size] for start in range(0, len(order), size))


def doubts(scales: Scales, clean: Sequence[PairExample]) -> Iterator[str]:
    """A warning where far fewer of the clean documents' pairs are right than the labelling model expects.

    A teacher cannot know by itself that its measure is wrong: it would learn to prefer what is as wrong.
    """
    engine = scales.model.engine
    scored = engine.score([e.document for e in clean], [e.candidates for e in clean])
    best = [(e, one, int(one.interacts.argmax())) for e, one in zip(clean, scored, strict=True)]
    chances = [math.exp(one.interacts[at]) for _, one, at in best]
    hits = sum(one.pairs[at] in example.right for example, one, at in best)
    expected, deviation = sum(chances), math.sqrt(sum(p * (1 - p) for p in chances))
    if hits < expected - _DOUBTFUL * max(deviation, 1.0):
        yield (
            f"the clean documents may not be clean: the model expects {expected:.0f} of its {len(clean)} best pairs to be "
            f"right, {hits} are"
        )

"""A small network weighs documents by what it sees inside the student, and learns from what that does to clean documents.

The student here is the checkpoint's last layers alone, on what its encoder and the rest of its head make of a pair: the
unrolled step goes through these layers' parameters and no others. The whole model is then trained with the teacher's weights.
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

from dti.errors import OptionError, TrainingError
from dti.selftraining import frozen
from dti.selftraining.frozen import Batch, Last, Seen
from dti.selftraining.unrolling import Parameters, Told, after_step
from dti.selftraining.unrolling import Teacher as Network
from dti.selftraining.weighting.base import Pseudo, Scales, Weighed
from dti.training.pairs.examples import PairExample
from dti.training.pairs.loss import choice_losses, document_losses, label_losses, pair_losses
from dti.training.pairs.recipe import PairRecipe

SEES = ("states", "loss")
_DOUBTFUL = 3.0  # standard deviations below what the model expects, from which on clean documents are not called clean
_DECAY = 0.01
_MEAN = 0.5  # that weights are held to
_SURFACE = 4  # three losses and progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """Weights by a network that is trained through `steps` updates of the student.

    Each takes `batch` pseudo-labelled documents, as many of gold, and `clean` clean ones. The student learns at `rate` by
    plain gradient descent, the teacher at `teacher_rate` by Adam. At most `gold` documents of gold are looked at. With `sees`
    "loss" the teacher is told of losses and progress alone, a control. With `fresh` the student begins untrained.
    """

    steps: int = 100
    batch: int = 16
    clean: int = 24
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
        clean = frozen.see(engine, [example for example in scales.clean if example.right])
        if not clean:
            raise TrainingError("weighting 'teacher': no clean document has a right pair among its candidates")
        gold = frozen.see(engine, scales.gold[:: max(1, len(scales.gold) // self.gold)])
        seen = frozen.see(engine, [document.example for document in documents])
        last = frozen.last_of(engine, fresh=scales.seed if self.fresh else None)
        lesson = Lesson(self, scales.recipe, last, [document.confidences for document in documents], scales.seed)
        lesson.teach(seen, gold, clean)
        weights = tuple(lesson.weights(seen))
        if not all(map(math.isfinite, weights)):
            raise TrainingError(f"weighting 'teacher': the student diverges at a rate of {self.rate:g}; choose a lower one")
        return Weighed(weights, tuple(doubts(scales, [document.example for document in clean])))


@dataclass(slots=True)
class Lesson:
    """One training of a teacher beside its student; `confidences` are those of the pseudo-labelled documents."""

    settings: Teacher
    recipe: PairRecipe
    student: Last
    confidences: Sequence[Sequence[float]]
    seed: int
    teacher: Network = field(init=False)
    progress: float = 0.0

    def __post_init__(self) -> None:
        inner = 2 * self.student.joint.out_features + self.student.label.out_features + 2
        self.teacher = Network(_SURFACE, inner if self.settings.sees == "states" else 0, self.seed)

    def teach(self, documents: Sequence[Seen], gold: Sequence[Seen], clean: Sequence[Seen]) -> None:
        """All steps of both."""
        settings = self.settings
        self.teacher.fit(self.told_all(documents))
        self.teacher.train()
        optimiser = torch.optim.AdamW(self.teacher.parameters(), lr=settings.teacher_rate, weight_decay=_DECAY)
        sizes = ((documents, settings.batch), (gold, settings.batch), (clean, settings.clean))
        draws = (frozen.orders(len(part), size, self.seed + at) for at, (part, size) in enumerate(sizes))
        for step, (order, beside, checked) in enumerate(islice(zip(*draws, strict=False), settings.steps)):
            self.progress = step / settings.steps
            told = self.told(frozen.batch([documents[at] for at in order]), [self.confidences[at] for at in order])
            both = frozen.batch([*(documents[at] for at in order), *(gold[at] for at in beside)])
            given = self.teacher(told)
            # Relative to each other: else all weights go where pseudo-labels as such help or harm, and say nothing more.
            weights = torch.cat([given / given.mean(), torch.ones(len(beside))])
            free = (given.mean() - _MEAN) ** 2  # what is relative may drift; a sigmoid at its end says nothing either
            self._step(optimiser, (both, weights, free), frozen.batch([clean[at] for at in checked]))
        self.progress = 1.0
        self.teacher.eval()

    def _step(self, optimiser: torch.optim.Optimizer, taught: tuple[Batch, torch.Tensor, torch.Tensor], clean: Batch) -> None:
        both, weights, free = taught
        theta = dict(self.student.named_parameters())
        stepped = after_step(lambda parameters: self.losses(parameters, both), theta, weights, self.settings.rate)
        ahead = self.losses(stepped, clean).mean() + free
        parameters = list(self.teacher.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(ahead, parameters), strict=True):
            parameter.grad = gradient
        optimiser.step()
        with torch.no_grad():
            for name, parameter in theta.items():
                parameter.copy_(stepped[name])

    def losses(self, parameters: Parameters, batch: Batch) -> torch.Tensor:
        """Each document's loss under the student's `parameters` [documents]."""
        interacts, labels = functional_call(self.student, dict(parameters), (batch.joined,))
        return document_losses(self.recipe, batch.pairs, batch.answers, interacts, labels)

    @torch.no_grad()
    def told(self, batch: Batch, confidences: Sequence[Sequence[float]]) -> Told:
        """What the teacher sees: it is told, it does not teach the student by looking, so there is no gradient."""
        pairs, answers = batch.pairs, batch.answers
        final = self.student.final(batch.joined)
        interacts, labels = self.student.interacts(final)[:, 0], self.student.label(final)
        losses = [
            pair_losses(pairs, answers, interacts),
            choice_losses(pairs, answers, interacts),
            label_losses(self.recipe, pairs, answers, labels),
        ]
        surface = torch.stack([*map(torch.log1p, losses), torch.full_like(losses[0], self.progress)], 1)
        if self.settings.sees == "loss":
            return Told(surface, surface[:, :0])
        given = torch.tensor([[fmean(one), min(one)] for one in confidences])
        return Told(surface, torch.cat([batch.states, *_inside(batch, final, labels.shape[1]), given], 1))

    def told_all(self, documents: Sequence[Seen]) -> Told:
        """Of all pseudo-labelled documents, as the student is now."""
        size = self.settings.batch
        starts = range(0, len(documents), size)
        parts = [self.told(frozen.batch(documents[at : at + size]), self.confidences[at : at + size]) for at in starts]
        return Told(torch.cat([part.surface for part in parts]), torch.cat([part.inner for part in parts]))

    @torch.no_grad()
    def weights(self, documents: Sequence[Seen]) -> list[float]:
        """The teacher's opinion of each document as it stands."""
        weights: list[float] = self.teacher(self.told_all(documents)).tolist()
        return weights


def _inside(batch: Batch, final: torch.Tensor, labels: int) -> Iterator[torch.Tensor]:
    """Mean head state of a document's right pairs, shares of their labels [documents, ...]."""
    count = len(batch.states)
    right = batch.answers.right[:, None]
    number = right.new_zeros(count, 1).index_add(0, batch.pairs.document, right).clamp(min=1)
    yield final.new_zeros(count, final.shape[1]).index_add(0, batch.pairs.document, right * final) / number
    kinds = nn.functional.one_hot(batch.answers.label.clamp(min=0), labels) * right
    yield kinds.new_zeros(count, labels).index_add(0, batch.pairs.document, kinds) / number


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

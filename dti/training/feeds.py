"""Where a stage's batches come from: labelled examples through a codec, unlabelled passages through an objective."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

from dti.codecs import Codec
from dti.errors import TrainingError
from dti.model.vocabulary import END, MASK, START, UNKNOWN, Vocabulary
from dti.training.batches import CHARACTERS_PER_TOKEN, Batch, Collator, batch_of, epoch, packed
from dti.training.corpora import Corpora, Example
from dti.training.experiment import Experiment, Stage
from dti.training.objectives import Objective, Pieces
from dti.training.unlabelled import Pool

_SORTED_TOGETHER = 2048  # passages: enough for batches of like length, few enough to stream


class Feed(Protocol):
    """Batches without end, in an order that depends on the seed and the stage alone.

    They come as functions, so that a resumed run skips what it has seen without encoding it.
    """

    def draw(self, stage: Stage) -> Iterator[Callable[[], Batch]]:
        """Raises TrainingError where the stage has no examples."""


class LabelledFeed:
    """Sentences or documents with their triplets."""

    def __init__(self, experiment: Experiment, corpora: Corpora, vocabulary: Vocabulary, codec: Codec) -> None:
        self._experiment = experiment
        self._corpora = corpora
        self._vocabulary = vocabulary
        self._codec = codec

    def draw(self, stage: Stage) -> Iterator[Callable[[], Batch]]:
        """Epoch after epoch."""
        collate = Collator(self._vocabulary, self._codec, stage.source_tokens, self._experiment.target_tokens)
        for number in itertools.count():
            batches = epoch(self._corpora, stage, f"{self._experiment.seed}/{stage.name}/{number}")
            if not batches:
                raise TrainingError(f"stage {stage.name!r} has no examples")
            yield from (partial(collate, examples) for examples in batches)


class UnlabelledFeed:
    """Passages of unlabelled literature, a fragment of each hidden."""

    def __init__(self, seed: int, pool: Pool, vocabulary: Vocabulary, objective: Objective) -> None:
        self._seed = seed
        if vocabulary.tokenizer.token_to_id(MASK) is None:
            raise TrainingError("a backbone from the hub is pretrained already: no stage on unlabelled literature for it")
        self._pool = pool
        self._vocabulary = vocabulary
        self._objective = objective
        self._pieces = Pieces.of(vocabulary)

    def draw(self, stage: Stage) -> Iterator[Callable[[], Batch]]:
        """Epoch after epoch; each epoch hides other fragments."""
        for number in itertools.count():
            seed = f"{self._seed}/{stage.name}/{number}"
            batches = self._batches(stage, seed)
            if (first := next(batches, None)) is None:
                raise TrainingError(f"stage {stage.name!r} has no examples")
            for at, examples in enumerate(itertools.chain([first], batches)):
                yield partial(self._collate, examples, stage.source_tokens, f"{seed}/{at}")

    def _batches(self, stage: Stage, seed: str) -> Iterator[list[Example]]:
        rng = random.Random(f"{seed}/order")  # noqa: S311 - reproducible shuffling, no secret
        passages = self._pool.passages(stage.weights, int(stage.source_tokens * CHARACTERS_PER_TOKEN), seed)
        while together := list(itertools.islice(passages, _SORTED_TOGETHER)):
            rng.shuffle(together)
            together.sort(key=lambda example: len(example.source) // 60)
            batches = list(packed(together, stage))
            rng.shuffle(batches)
            yield from batches

    def _collate(self, examples: Sequence[Example], source_tokens: int, seed: str) -> Batch:
        rng = random.Random(seed)  # noqa: S311 - reproducible masking, no secret
        start, end = self._vocabulary.id(START), self._vocabulary.id(END)
        sources, targets = [], []
        for example in examples:
            framed, _ = self._vocabulary.read(example.source, source_tokens)  # a "[PAD]" of the text is none of ours
            tokens = framed.ids[1:-1] or [self._vocabulary.id(UNKNOWN)]
            masked = self._objective.mask(tokens, self._pieces, rng)
            sources.append([start, *masked.source, end])
            targets.append(masked.fragment)
        return batch_of(sources, targets, self._vocabulary)

"""Examples to batches of token ids: the order depends on the seed alone, so a resumed run sees the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from dti.codecs import Codec
from dti.model.vocabulary import Vocabulary
from dti.training.corpora import Corpora, Example, swap_names
from dti.training.experiment import Stage
from dti.training.pointing import varied

CHARACTERS_PER_TOKEN = 4.3
_IGNORED = -100


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids, padded: `source` and `mask` [batch, source], `decoder` and `labels` [batch, target].

    `texts` are the sources in lower case, as far as they are read; empty where part of a source is hidden.
    """

    source: torch.Tensor
    mask: torch.Tensor
    decoder: torch.Tensor
    labels: torch.Tensor
    texts: tuple[str, ...] = ()

    def to(self, device: torch.device) -> Batch:
        """The same batch on `device`."""
        source, mask, decoder, labels = (item.to(device) for item in (self.source, self.mask, self.decoder, self.labels))
        return Batch(source, mask, decoder, labels, self.texts)


def epoch(corpora: Corpora, stage: Stage, seed: str) -> list[list[Example]]:
    """One epoch of a stage in batches of examples of like length, in random order."""
    rng = random.Random(seed)  # noqa: S311 - reproducible shuffling, no secret
    examples = [_swapped(example, corpora, stage, rng) for example in _drawn(corpora, stage, rng)]
    rng.shuffle(examples)
    examples.sort(key=lambda example: _length(example) // 60)
    batches = list(packed(examples, stage))
    rng.shuffle(batches)
    return batches


def _drawn(corpora: Corpora, stage: Stage, rng: random.Random) -> Iterator[Example]:
    for example in corpora.sentences if stage.examples == "sentences" else corpora.documents:
        weight = stage.weights.get(example.corpus, 1.0) * (1.0 if example.triplets else stage.empty)
        for _ in range(int(weight) + (rng.random() < weight % 1)):
            yield example


def _swapped(example: Example, corpora: Corpora, stage: Stage, rng: random.Random) -> Example:
    if example.document is not None:
        return varied(example, stage.shuffle, stage.drop, rng)
    return swap_names(example, corpora.drugs, corpora.targets, rng) if rng.random() < stage.swap else example


def packed(examples: Sequence[Example], stage: Stage) -> Iterator[list[Example]]:
    """Batches of neighbours, each as large as the stage allows."""
    batch: list[Example] = []
    longest = 0.0
    for example in examples:
        tokens = min(stage.source_tokens, _length(example) / CHARACTERS_PER_TOKEN)
        longest = max(longest, tokens)
        if batch and longest * (len(batch) + 1) > stage.batch_tokens:
            yield batch
            batch, longest = [], tokens
        batch.append(example)
    if batch:
        yield batch


def _length(example: Example) -> float:
    """Characters of the source; every pointer and class counts as one token's worth."""
    return len(example.source) + CHARACTERS_PER_TOKEN * sum(2 + len(candidate.spans) for candidate in example.candidates)


class Collator:
    """Encodes a batch; triplets cut off with the source's end, or beyond the target's length, are not asked for.

    Of a first triplet that is longer than the target the beginning is, without an end: to ask for none would teach silence.
    """

    def __init__(self, vocabulary: Vocabulary, codec: Codec, source_tokens: int, target_tokens: int) -> None:
        self._vocabulary = vocabulary
        self._codec = codec
        self._source_tokens = source_tokens
        self._target_tokens = target_tokens

    def __call__(self, examples: Sequence[Example]) -> Batch:
        """Encode and pad."""
        sources, targets, texts = [], [], []
        for example in examples:
            ids, seen = self._source(self._read(example))
            sources.append(ids)
            texts.append(seen)
            targets.append(self._target(example, seen))
        return batch_of(sources, targets, self._vocabulary, texts)

    def _read(self, example: Example) -> str:
        if example.document is None:
            return example.source
        return self._codec.source(example.document, example.candidates, example.style)

    def _source(self, text: str) -> tuple[list[int], str]:
        encoding, cut = self._vocabulary.read(text, self._source_tokens)
        seen = text[: max(end for _, end in encoding.offsets)] if cut else text
        return list(encoding.ids), seen.lower()

    def _target(self, example: Example, seen: str) -> list[int]:
        pointed = example.document is not None  # the legend shows all candidates, however much text is cut
        triplets = [t for t in example.triplets if pointed or (t.drug.lower() in seen and t.target.lower() in seen)]
        pieces = self._vocabulary.pieces(self._codec.render(triplets, example.candidates))
        while len(pieces) >= self._target_tokens and len(triplets) > 1:
            triplets.pop()
            pieces = self._vocabulary.pieces(self._codec.render(triplets, example.candidates))
        if len(pieces) >= self._target_tokens:
            return pieces[: self._target_tokens]
        return [*pieces, self._vocabulary.id(self._vocabulary.frame.end)]


def batch_of(
    sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], vocabulary: Vocabulary, texts: Sequence[str] = ()
) -> Batch:
    """Pad; the decoder reads its targets shifted right, the start token before the first."""
    pad, start = vocabulary.id(vocabulary.frame.pad), vocabulary.id(vocabulary.frame.start)
    source = _padded(sources, pad)
    decoder = _padded([[start, *target[:-1]] for target in targets], pad)
    return Batch(source, (source != pad).long(), decoder, _padded(targets, _IGNORED), tuple(texts))


def _padded(rows: Sequence[Sequence[int]], filler: int) -> torch.Tensor:
    width = max(len(row) for row in rows)
    return torch.tensor([[*row, *([filler] * (width - len(row)))] for row in rows])


def with_steps(stages: Sequence[Stage], most: int | None) -> tuple[Stage, ...]:
    """The stages, cut so that they hold at most `most` steps in all."""
    kept = []
    left = most if most is not None else sum(stage.steps for stage in stages)
    for stage in stages:
        kept.append(replace(stage, steps=min(stage.steps, left)))
        left -= kept[-1].steps
    return tuple(kept)

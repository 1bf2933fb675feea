"""Examples to padded tensors: the order and what is hidden depend on the seed alone, so a resumed run sees the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from dti.model.pairs.encoding import PairSource
from dti.model.pairs.network import PairBatch
from dti.pairing import LISTED_FEATURES
from dti.training.pairs.examples import SERVED, STYLES, UNLABELLED, PairExample
from dti.training.pairs.recipe import PairRecipe

Encode = Callable[[PairExample, int], PairSource]
_POOL = 16  # batches whose documents are sorted by length together
_MULTIPLE = 64  # lengths are padded to a multiple: fewer shapes keep the allocator small


@dataclass(frozen=True, slots=True)
class Answers:
    """What the annotators say of a batch's pairs, [pairs]: whether right, the label or UNLABELLED, 0.0 where unclear.

    `weight` [documents] is how much each document counts.
    """

    right: torch.Tensor
    label: torch.Tensor
    clear: torch.Tensor
    weight: torch.Tensor


@dataclass(frozen=True, slots=True)
class Item:
    """A document as one batch shows it, with the names of `hidden` candidates hidden, asking for one annotation style."""

    source: PairSource
    example: PairExample
    hidden: frozenset[int] = frozenset()
    listed: bool = True
    style: int = SERVED


def batches(recipe: PairRecipe, examples: Sequence[PairExample], encode: Encode) -> Iterator[Callable[[], list[Item]]]:
    """Endless batches, each made only when it is called for."""
    epoch = 0
    while True:
        epoch += 1
        rng = random.Random(f"{recipe.seed}/{epoch}")  # noqa: S311 - reproducible shuffling, no secret
        drawn = list(_drawn(recipe, examples, rng))
        rng.shuffle(drawn)
        for group in _grouped(drawn, recipe.batch_documents, rng):
            yield _maker(recipe, group, encode, rng.random())


def _drawn(recipe: PairRecipe, examples: Sequence[PairExample], rng: random.Random) -> Iterator[PairExample]:
    for example in examples:
        weight = recipe.weights.get(example.corpus, 1.0)
        for _ in range(int(weight) + (rng.random() < weight % 1)):
            yield example.other if example.other and rng.random() < recipe.other_share else example


def _grouped(examples: Sequence[PairExample], size: int, rng: random.Random) -> Iterator[list[PairExample]]:
    for start in range(0, len(examples), size * _POOL):
        pool = sorted(examples[start : start + size * _POOL], key=lambda example: len(example.document.text))
        groups = [pool[at : at + size] for at in range(0, len(pool), size)]
        rng.shuffle(groups)
        yield from groups


def _maker(recipe: PairRecipe, group: Sequence[PairExample], encode: Encode, seed: float) -> Callable[[], list[Item]]:
    def make() -> list[Item]:
        rng = random.Random(seed)  # noqa: S311 - reproducible hiding, no secret
        return [
            Item(
                encode(example, recipe.source_tokens),
                example,
                frozenset(at for at in range(len(example.candidates)) if rng.random() < recipe.hide),
                rng.random() >= recipe.unlist,
                SERVED if not example.gold and rng.random() < recipe.silence else STYLES[example.corpus],
            )
            for example in group
        ]

    return make


def collate(items: Sequence[Item]) -> tuple[PairBatch, Answers]:
    """Tensors of a batch; items without pairs must have been left out."""
    longest = padded(max(len(item.source.ids) for item in items))
    most = max(len(item.source.mentions) for item in items)
    shape = (len(items), longest)
    ids, kinds = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    mask, hidden = np.zeros(shape, bool), np.zeros(shape, bool)
    mentions = np.zeros((len(items), most, longest), np.float32)
    for row, item in enumerate(items):
        length = len(item.source.ids)
        ids[row, :length], kinds[row, :length], mask[row, :length] = item.source.ids, item.source.kinds, True
        for at, found in enumerate(item.source.mentions):
            for tokens in found:
                mentions[row, at, list(tokens)] += 1 / (len(tokens) * len(found))
                hidden[row, list(tokens)] |= at in item.hidden
    pairs = [
        (row, drug, target, place)
        for row, item in enumerate(items)
        for place, (drug, target) in enumerate(item.source.features.pairs)
    ]
    document, drug, target, place = (torch.tensor(column) for column in zip(*pairs, strict=True))
    batch = PairBatch(
        ids=torch.from_numpy(ids),
        kinds=torch.from_numpy(kinds),
        mask=torch.from_numpy(mask),
        hidden=torch.from_numpy(hidden),
        mentions=torch.from_numpy(mentions),
        signals=torch.from_numpy(np.concatenate([_signals(item) for item in items])),
        document=document,
        drug=drug,
        target=target,
        place=place,
        style=torch.tensor([item.style for item in items]),
    )
    return batch, answers([(item.example, item.source) for item in items])


def padded(length: int) -> int:
    """The length that a document of `length` tokens is padded to at least."""
    return -(-length // _MULTIPLE) * _MULTIPLE


def _signals(item: Item) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    signals = item.source.features.signals
    if not item.listed:
        relations, known = item.source.features.relations.shape[1], item.source.features.candidates.shape[1]
        listed = np.array(LISTED_FEATURES)
        signals[:, [*(relations + listed), *(relations + known + listed)]] = 0
    return signals


def answers(read: Sequence[tuple[PairExample, PairSource]]) -> Answers:
    """What annotators say of the pairs of documents as they are read."""
    rows = [(example, pair) for example, source in read for pair in source.features.pairs]
    right = torch.tensor([float(pair in example.right) for example, pair in rows])
    label = torch.tensor([example.right.get(pair, UNLABELLED) for example, pair in rows])
    clear = torch.tensor([float(pair not in example.unclear) for example, pair in rows])
    return Answers(right, label, clear, torch.tensor([example.weight for example, _ in read]))

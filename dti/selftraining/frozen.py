"""A checkpoint's head as a torch module on the states of its serving encoder, which does not learn.

Weighing documents and comparing strategies need many small updates; on states that are computed once they cost a
hundredth of the whole model's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from dti.errors import TrainingError
from dti.model.pairs.encoding import PairSource
from dti.model.pairs.engine import PairEngine
from dti.model.pairs.network import Head, PairBatch, Shape
from dti.pairing import CANDIDATE_FEATURES, PAIR_FEATURES
from dti.training.pairs.batches import Answers, Item, collate
from dti.training.pairs.examples import STYLES, PairExample

_Half = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Read:
    """A document as the encoder read it, its states in half precision."""

    item: Item
    states: _Half


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded documents with their states [documents, tokens, hidden]."""

    states: torch.Tensor
    pairs: PairBatch
    answers: Answers


def read(engine: PairEngine, examples: Sequence[PairExample]) -> list[Read]:
    """Examples with at least one pair, in order."""
    sources = [engine.source(example.document, example.candidates) for example in examples]
    found = {at: states.astype(np.float16) for at, states in engine.states(sources)}
    items = {at: Item(sources[at], examples[at], style=STYLES[examples[at].corpus]) for at in found}
    return [Read(items[at], found[at]) for at in sorted(found)]


def batch(documents: Sequence[Read], dtype: torch.dtype = torch.float32) -> Batch:
    """Tensors of a few documents; raises TrainingError where there are none."""
    if not documents:
        raise TrainingError("no documents to learn from")
    pairs, answers = collate([document.item for document in documents])
    states = np.zeros((*pairs.ids.shape, documents[0].states.shape[1]), np.float32)
    for row, document in enumerate(documents):
        states[row, : len(document.states)] = document.states
    return Batch(torch.from_numpy(states).to(dtype), pairs, answers)


def batches(documents: Sequence[Read], size: int, seed: int) -> Iterator[list[Read]]:
    """Endless batches in an order that depends on the seed alone."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(len(documents))
        for start in range(0, len(order), size):
            yield [documents[at] for at in order[start : start + size]]


def head_of(engine: PairEngine, *, fresh: int | None = None) -> Head:
    """The checkpoint's head in torch; with a seed as `fresh`, an untrained one of its shape and scaling."""
    weights = {name: torch.tensor(value) for name, value in engine.head.weights.items()}
    shape = Shape(
        hidden=weights["queries.weight"].shape[0],
        heads=engine.head.heads,
        candidate_features=len(CANDIDATE_FEATURES),
        pair_features=len(PAIR_FEATURES),
        styles=weights["style.weight"].shape[0],
        labels=engine.labels,
    )
    if fresh is not None:
        torch.manual_seed(fresh)
        weights = {name: weights[name] for name in ("mean", "scale")}
    head = Head(shape, 0.0)
    head.load_state_dict(weights, strict=fresh is None)
    return head


def masked(source: PairSource, tokens: Sequence[int], mask: int) -> PairSource:
    """The source with some tokens hidden behind the mask token."""
    hidden = set(tokens)
    ids = tuple(mask if at in hidden else token for at, token in enumerate(source.ids))
    return PairSource(ids, source.kinds, source.mentions, source.features, source.truncated)

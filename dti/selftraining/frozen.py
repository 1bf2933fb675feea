"""The last layers of a checkpoint's head, as a student that is quick to teach: what is below does not learn, is computed once.

Weighing documents and comparing strategies take many updates; on what the frozen part makes of a pair they cost a
ten-thousandth of the whole model's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from dti.errors import TrainingError
from dti.model.pairs.encoding import PairSource
from dti.model.pairs.engine import PairEngine
from dti.model.pairs.network import Head, PairBatch, Shape
from dti.pairing import CANDIDATE_FEATURES, PAIR_FEATURES
from dti.training.pairs.batches import Answers, answers
from dti.training.pairs.examples import STYLES, PairExample

_LAST = ("joint_norm", "joint", "interacts", "label")


@dataclass(frozen=True, slots=True)
class Seen:
    """A document as the last layers see it: `joined` [pairs, width], the mean encoder state [hidden], what annotators say."""

    joined: torch.Tensor
    state: torch.Tensor
    answers: Answers
    example: PairExample


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of several documents in one row, and the mean encoder states of the documents [documents, hidden]."""

    joined: torch.Tensor
    states: torch.Tensor
    pairs: PairBatch
    answers: Answers


class Last(nn.Module):
    """Normalisation, joint layer and both outputs of a head."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.joint_norm, self.joint, self.interacts, self.label = (getattr(head, name) for name in _LAST)

    def final(self, joined: torch.Tensor) -> torch.Tensor:
        """The head's state of each pair [pairs, hidden]."""
        return torch.relu(self.joint(self.joint_norm(joined)))

    def forward(self, joined: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [pairs] of interaction and [pairs, labels] of its type."""
        final = self.final(joined)
        return self.interacts(final)[:, 0], self.label(final)


def head_of(engine: PairEngine) -> Head:
    """The checkpoint's head in torch."""
    weights = {name: torch.tensor(value) for name, value in engine.head.weights.items()}
    shape = Shape(
        hidden=weights["queries.weight"].shape[0],
        heads=engine.head.heads,
        candidate_features=len(CANDIDATE_FEATURES),
        pair_features=len(PAIR_FEATURES),
        styles=weights["style.weight"].shape[0],
        labels=engine.labels,
    )
    head = Head(shape, 0.0)
    head.load_state_dict(weights)
    return head


def last_of(engine: PairEngine, *, fresh: int | None = None) -> Last:
    """The checkpoint's last layers; untrained ones, of the same sizes, with a seed as `fresh`."""
    last = Last(head_of(engine))
    if fresh is not None:
        torch.manual_seed(fresh)
        for layer in last.children():
            layer.reset_parameters()  # type: ignore[operator]  # all of them are layers that have it
    return last


def weights_of(last: Last) -> Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """By name, as the serving head has them."""
    return {name: value.detach().numpy().astype(np.float32) for name, value in last.state_dict().items()}


def see(engine: PairEngine, examples: Sequence[PairExample]) -> list[Seen]:
    """Examples with at least one pair, in order, each asked for in the style of its corpus."""
    sources = [engine.source(example.document, example.candidates) for example in examples]
    seen = []
    for at, states in engine.states(sources):
        example, source = examples[at], sources[at]
        joined = torch.from_numpy(engine.joined(source, states, STYLES[example.corpus]))
        seen.append(Seen(joined, torch.from_numpy(states.mean(0)), answers([(example, source)]), example))
    return seen


def batch(documents: Sequence[Seen]) -> Batch:
    """A few documents together; raises TrainingError where there are none."""
    if not documents:
        raise TrainingError("no documents to learn from")
    counts = torch.tensor([len(document.joined) for document in documents])
    number = torch.arange(len(documents)).repeat_interleave(counts)
    place = torch.cat([torch.arange(int(count)) for count in counts])
    none = torch.zeros(len(documents), 0)
    pairs = PairBatch(
        ids=torch.zeros(len(documents), 1), kinds=none, mask=none, hidden=none, mentions=none, signals=none,
        document=number, drug=none, target=none, place=place, style=none,
    )  # fmt: skip
    told = [document.answers for document in documents]
    joint = Answers(*(torch.cat([getattr(one, name) for one in told]) for name in Answers.__slots__))
    return Batch(torch.cat([d.joined for d in documents]), torch.stack([d.state for d in documents]), pairs, joint)


def orders(count: int, size: int, seed: int) -> Iterator[list[int]]:
    """Endless batches of numbers below `count`, each epoch in another order that depends on the seed alone."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(count).tolist()
        yield from (order[start : start + size] for start in range(0, count, size))


def masked(source: PairSource, tokens: Sequence[int], mask: int) -> PairSource:
    """The source with some tokens hidden behind the mask token."""
    hidden = set(tokens)
    ids = tuple(mask if at in hidden else token for at, token in enumerate(source.ids))
    return PairSource(ids, source.kinds, source.mentions, source.features, source.truncated)

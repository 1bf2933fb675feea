"""The dual of reading: given a triplet, restore what has been hidden in the text, as multi-agent dual learning has it.

Three texts are made of a document: one with every drug's name hidden, one with every target's, one with the words that hint at
an interaction. An agent says which hidden drug, if any, does to the target what the triplet says; which hidden target, if any,
the drug does it to; and which interaction the hidden words told of. Names being hidden, it goes by the text around them.

Agents are small networks on the states of the checkpoint's serving encoder. They differ by seed: by their first weights and by
the documents drawn for them. They are trained on gold, then frozen; their opinions are averaged.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from dti.domain.entities import EntityKind
from dti.errors import TrainingError
from dti.model.pairs.encoding import PairSource
from dti.model.pairs.engine import PairEngine
from dti.model.vocabulary import MASK
from dti.pairing import cue_words
from dti.selftraining.frozen import masked
from dti.training.pairs.examples import Pair, PairExample

_LABEL_WIDTH = 32
_WIDTH = 128
_DROPOUT = 0.3
_BATCH = 16
_RATE = 1e-3
_DECAY = 0.01
_NEVER = -1e4
_NONE = 0  # place of "none of them" among the answers


@dataclass(frozen=True, slots=True)
class Hidden:
    """A document's candidates as seen in each of the three texts: mean states of their mentions [candidates, hidden].

    `cues` is the mean state of the hidden cue words; `drugs` and `targets` are candidate indices.
    """

    no_drugs: torch.Tensor
    no_targets: torch.Tensor
    no_cues: torch.Tensor
    cues: torch.Tensor
    drugs: tuple[int, ...]
    targets: tuple[int, ...]


def hide(engine: PairEngine, examples: Sequence[PairExample]) -> dict[int, Hidden]:
    """The three views of each example that has a pair, by its index."""
    sources = [engine.source(example.document, example.candidates) for example in examples]
    mask = engine.vocabulary.id(MASK)
    cues = [_cue_tokens(engine, example, source) for example, source in zip(examples, sources, strict=True)]
    hidden = (
        [_tokens(example, source, EntityKind.DRUG) for example, source in zip(examples, sources, strict=True)],
        [_tokens(example, source, EntityKind.TARGET) for example, source in zip(examples, sources, strict=True)],
        cues,
    )
    views: list[dict[int, torch.Tensor]] = []
    told: dict[int, torch.Tensor] = {}
    for tokens in hidden:
        shown = [masked(source, one, mask) for source, one in zip(sources, tokens, strict=True)]
        views.append({})
        for at, states in engine.states(shown):
            views[-1][at] = _names(shown[at], states)
            told[at] = torch.from_numpy(_mean(states, cues[at]))  # the last view is the one without cue words
    no_drugs, no_targets, no_cues = views
    return {at: Hidden(no_drugs[at], no_targets[at], no_cues[at], told[at], *_kinds(examples[at])) for at in sorted(told)}


def _tokens(example: PairExample, source: PairSource, kind: EntityKind) -> list[int]:
    rows = zip(example.candidates, source.mentions, strict=True)
    return [token for candidate, mentions in rows if candidate.kind is kind for mention in mentions for token in mention]


def _cue_tokens(engine: PairEngine, example: PairExample, source: PairSource) -> list[int]:
    encoding, _ = engine.vocabulary.read(example.document.text, len(source.ids))
    starts, ends = ([offsets[side] for offsets in encoding.offsets[1:-1]] for side in (0, 1))
    named = {token for mentions in source.mentions for mention in mentions for token in mention}
    spans = cue_words(example.document.text)
    found = (at + 1 for start, end in spans for at in range(bisect_right(ends, start), bisect_left(starts, end)))
    return [token for token in found if token not in named]


def _names(source: PairSource, states: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> torch.Tensor:
    rows = [
        np.mean([_mean(states, tokens) for tokens in found], 0) if found else np.zeros(states.shape[1])
        for found in source.mentions
    ]
    return torch.from_numpy(np.array(rows, dtype=np.float32))


def _mean(
    states: np.ndarray[tuple[int, ...], np.dtype[np.float32]], tokens: Sequence[int]
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return states[list(tokens)].mean(0) if tokens else np.zeros(states.shape[1], dtype=np.float32)


def _kinds(example: PairExample) -> tuple[tuple[int, ...], tuple[int, ...]]:
    drugs, targets = (
        tuple(at for at, c in enumerate(example.candidates) if c.kind is kind) for kind in (EntityKind.DRUG, EntityKind.TARGET)
    )
    return drugs, targets


@dataclass(frozen=True, slots=True)
class Query:
    """Hidden slots [slots, hidden], the name that is given [hidden], the interaction, and which slots are right."""

    slots: torch.Tensor
    given: torch.Tensor
    label: int
    right: tuple[int, ...] = ()

    @classmethod
    def drugs(cls, seen: Hidden, target: int, label: int, right: Mapping[Pair, int]) -> Query:
        """Which drugs act on the target like this?"""
        places = tuple(at for at, drug in enumerate(seen.drugs) if (drug, target) in right)
        return cls(seen.no_drugs[list(seen.drugs)], seen.no_drugs[target], label, places)

    @classmethod
    def targets(cls, seen: Hidden, drug: int, label: int, right: Mapping[Pair, int]) -> Query:
        """Which targets does the drug act on like this?"""
        places = tuple(at for at, target in enumerate(seen.targets) if (drug, target) in right)
        return cls(seen.no_targets[list(seen.targets)], seen.no_targets[drug], label, places)


class Agent(nn.Module):
    """Restores drug, target and interaction, one small network for each."""

    def __init__(self, hidden: int, labels: int, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.label = nn.Embedding(labels, _LABEL_WIDTH)
        self.drug, self.target = (_network(3 * hidden + _LABEL_WIDTH, 1) for _ in range(2))
        self.cue = _network(3 * hidden, labels)

    def slots(self, network: nn.Module, queries: Sequence[Query]) -> torch.Tensor:
        """Logs of the probabilities of no slot and of each slot [queries, 1 + slots], `network` being `drug` or `target`."""
        counts = torch.tensor([len(query.slots) for query in queries])
        slots = torch.cat([query.slots for query in queries])
        given = torch.stack([query.given for query in queries]).repeat_interleave(counts, 0)
        label = self.label(torch.tensor([query.label for query in queries])).repeat_interleave(counts, 0)
        logits = network(torch.cat([slots, slots * given, given, label], -1))[:, 0]
        padded = logits.new_full((len(queries), 1 + int(counts.max())), _NEVER)
        padded[:, _NONE] = 0
        rows = torch.arange(len(queries)).repeat_interleave(counts)
        padded[rows, torch.cat([1 + torch.arange(int(count)) for count in counts])] = logits
        return torch.log_softmax(padded, -1)

    def labels(self, seen: Sequence[Hidden], pairs: Sequence[Pair]) -> torch.Tensor:
        """Logs of the probabilities of the interactions of pairs, one of each document [pairs, labels]."""
        rows = zip(seen, pairs, strict=True)
        told = torch.stack([torch.cat([one.no_cues[drug], one.no_cues[target], one.cues]) for one, (drug, target) in rows])
        return torch.log_softmax(self.cue(told), -1)

    def loss(self, seen: Sequence[tuple[Hidden, PairExample]], rng: np.random.Generator) -> torch.Tensor:
        """Minus the logs of the probabilities of what was hidden; a name that is in no right pair belongs with none."""
        rows = [(one, e.right, pair, label) for one, e in seen for pair, label in e.right.items() if label >= 0]
        drugs, targets = [], []
        for one, right, (drug, target), label in rows:
            other_drug, other_target = (int(rng.choice(side)) for side in (one.drugs, one.targets))
            drugs += [Query.drugs(one, t, label, right) for t in sorted({target, other_target})]
            targets += [Query.targets(one, d, label, right) for d in sorted({drug, other_drug})]
        told = self.labels([row[0] for row in rows], [row[2] for row in rows])
        missed = nn.functional.nll_loss(told, torch.tensor([row[3] for row in rows]))
        return _missed(self.slots(self.drug, drugs), drugs) + _missed(self.slots(self.target, targets), targets) + missed

    def restored(self, seen: Hidden, pair: Pair, label: int) -> tuple[float, float, float]:
        """Probabilities of the triplet's drug, target and interaction, each given the other two."""
        drug = self.slots(self.drug, [Query.drugs(seen, pair[1], label, {})])[0, 1 + seen.drugs.index(pair[0])]
        target = self.slots(self.target, [Query.targets(seen, pair[0], label, {})])[0, 1 + seen.targets.index(pair[1])]
        return float(drug.exp()), float(target.exp()), float(self.labels([seen], [pair])[0, label].exp())


def _network(width: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.LayerNorm(width), nn.Dropout(_DROPOUT), nn.Linear(width, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, out))


def _missed(logs: torch.Tensor, queries: Sequence[Query]) -> torch.Tensor:
    right = torch.full_like(logs, _NEVER)
    for row, query in enumerate(queries):
        right[row, [1 + at for at in query.right] or [_NONE]] = 0
    return -torch.logsumexp(logs + right, -1).mean()


@dataclass(frozen=True, slots=True)
class Agents:
    """Frozen agents with weights that sum to 1."""

    members: tuple[Agent, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.members) or abs(sum(self.weights) - 1) > 1e-9:
            raise TrainingError(f"{len(self.members)} agents with weights {self.weights}: they must sum to 1")
        for member in self.members:
            member.eval().requires_grad_(requires_grad=False)

    @property
    def sha256(self) -> str:
        """Sum of all parameters: frozen agents keep it."""
        values = [value.numpy().tobytes() for member in self.members for value in member.state_dict().values()]
        return hashlib.sha256(b"".join(values)).hexdigest()

    @torch.no_grad()
    def score(self, seen: Hidden, pair: Pair, label: int) -> float:
        """Geometric mean of the probabilities of drug, target and interaction, averaged over agents before."""
        told = np.array([member.restored(seen, pair, label) for member in self.members])
        return float(np.prod(np.array(self.weights) @ told) ** (1 / 3))


def train(seen: Sequence[tuple[Hidden, PairExample]], labels: int, count: int, epochs: int, seed: int) -> Agents:
    """`count` agents, each on its own draw of the documents; raises TrainingError where there is nothing to learn from."""
    taught = [(hidden, example) for hidden, example in seen if any(label >= 0 for label in example.right.values())]
    if not taught:
        raise TrainingError("dual agents: no gold document has a pair with an interaction of ours")
    members = tuple(_trained(taught, labels, epochs, seed * 1009 + number) for number in range(count))
    return Agents(members, (1 / count,) * count)


def _trained(seen: Sequence[tuple[Hidden, PairExample]], labels: int, epochs: int, seed: int) -> Agent:
    agent = Agent(seen[0][0].cues.shape[0], labels, seed)
    optimiser = torch.optim.AdamW(agent.parameters(), lr=_RATE, weight_decay=_DECAY)
    rng = np.random.default_rng(seed)
    agent.train()
    for group in _groups(len(seen), epochs, rng):
        value = agent.loss([seen[at] for at in group], rng)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimiser.step()
    return agent


def _groups(count: int, epochs: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Each epoch draws documents with replacement, so that agents differ."""
    for _ in range(epochs):
        drawn = rng.integers(count, size=count).tolist()
        yield from (drawn[start : start + _BATCH] for start in range(0, count, _BATCH))

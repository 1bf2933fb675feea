"""The head of a pair model without torch, one document at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from dti.errors import CheckpointError
from dti.model.pairs.encoding import PairSource

Floats = npt.NDArray[np.float32]
_EPSILON = 1e-6
_CLIP = 5.0


@dataclass(frozen=True, slots=True)
class Head:
    """Weights by name, as `dti.model.pairs.network.Head` has them; `style` is the annotation habit that is followed."""

    weights: Mapping[str, Floats]
    heads: int
    style: int

    @classmethod
    def load(cls, path: Path, heads: int, style: int) -> Self:
        """Read arrays of whatever float type; raises CheckpointError if there are none."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                weights = {name: arrays[name].astype(np.float32) for name in arrays.files}
        except (OSError, ValueError, BadZipFile) as error:
            raise CheckpointError(f"{path}: no pair head ({error})") from error
        return cls(weights, heads, style)

    def score(self, source: PairSource, states: Floats) -> tuple[Floats, Floats]:
        """Logits [pairs] of the interaction and [pairs, labels] of its type, from encoder states [tokens, hidden]."""
        return self.last(self.joined(source, states))

    def joined(self, source: PairSource, states: Floats) -> Floats:
        """All that is known of each pair [pairs, width]: what the last layers judge."""
        drugs, targets = (np.array(side) for side in zip(*source.features.pairs, strict=True))
        names = self._names(source.mentions, states)
        drug, target = names[drugs], names[targets]
        scaled = np.clip((source.features.signals - self.weights["mean"]) / self.weights["scale"], -_CLIP, _CLIP)
        signals = self._linear("signals_out", _relu(self._linear("signals_in", scaled)))
        style = np.broadcast_to(self.weights["style.weight"][self.style], (len(drugs), self.weights["style.weight"].shape[1]))
        told = np.concatenate([signals, style], -1)
        query = self._linear("query_out", _relu(self._linear("query_in", np.concatenate([drug, target, told], -1))))
        read = self._norm("read_norm", query + self._attend(query, states))
        return np.concatenate([drug, target, drug * target, read, told], -1)

    def last(self, joined: Floats) -> tuple[Floats, Floats]:
        """The logits of `score` from what is known of each pair."""
        final = _relu(self._linear("joint", self._norm("joint_norm", joined)))
        return self._linear("interacts", final)[:, 0], self._linear("label", final)

    def _names(self, mentions: Sequence[Sequence[Sequence[int]]], states: Floats) -> Floats:
        """Mean state of each candidate's mentions [candidates, hidden]; zero where the text was cut before them."""
        shares = np.zeros((len(mentions), len(states)), dtype=np.float32)
        for row, found in enumerate(mentions):
            for tokens in found:
                shares[row, tokens[0] : tokens[-1] + 1] += 1 / (len(found) * len(tokens))
        return shares @ states

    def _attend(self, query: Floats, states: Floats) -> Floats:
        """Attention over all tokens.

        Keys and values are never projected: there are fewer pairs than tokens, so that it is cheaper to take the projections
        to the queries and to what comes back. The bias of the keys moves all scores of a query alike and falls out.
        """
        queries = self._split(self._linear("queries", query))
        keys, values = (self.weights[f"{name}.weight"].reshape(self.heads, -1, states.shape[1]) for name in ("keys", "values"))
        scores = (queries / np.sqrt(np.float32(queries.shape[-1])) @ keys).reshape(-1, states.shape[1]) @ states.T
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        read = (weights @ states) / weights.sum(-1, keepdims=True)
        parts = read.reshape(self.heads, len(query), -1) @ values.transpose(0, 2, 1)
        joined = parts.transpose(1, 0, 2).reshape(len(query), -1) + self.weights["values.bias"]
        return self._linear("outputs", joined)

    def _split(self, value: Floats) -> Floats:
        """[rows, hidden] to [heads, rows, share]."""
        return value.reshape(len(value), self.heads, -1).transpose(1, 0, 2)

    def _linear(self, name: str, value: Floats) -> Floats:
        result: Floats = value @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return result

    def _norm(self, name: str, value: Floats) -> Floats:
        centred = value - value.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + _EPSILON)
        result: Floats = scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return result


def _relu(value: Floats) -> Floats:
    result: Floats = np.maximum(value, 0)
    return result

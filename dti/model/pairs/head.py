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
        drugs, targets = (np.array(side) for side in zip(*source.features.pairs, strict=True))
        names = self._names(source.mentions, states)
        drug, target = names[drugs], names[targets]
        scaled = np.clip((source.features.signals - self.weights["mean"]) / self.weights["scale"], -_CLIP, _CLIP)
        signals = self._linear("signals_out", _relu(self._linear("signals_in", scaled)))
        style = np.broadcast_to(self.weights["style.weight"][self.style], (len(drugs), self.weights["style.weight"].shape[1]))
        told = np.concatenate([signals, style], -1)
        query = self._linear("query_out", _relu(self._linear("query_in", np.concatenate([drug, target, told], -1))))
        read = self._norm("read_norm", query + self._attend(query, states))
        joint = self._norm("joint_norm", np.concatenate([drug, target, drug * target, read, told], -1))
        final = _relu(self._linear("joint", joint))
        return self._linear("interacts", final)[:, 0], self._linear("label", final)

    def _names(self, mentions: Sequence[Sequence[Sequence[int]]], states: Floats) -> Floats:
        """Mean state of each candidate's mentions [candidates, hidden]; zero where the text was cut before them."""
        names = np.zeros((len(mentions), states.shape[1]), dtype=np.float32)
        for row, found in enumerate(mentions):
            if found:
                names[row] = np.mean([states[list(tokens)].mean(0) for tokens in found], axis=0)
        return names

    def _attend(self, query: Floats, states: Floats) -> Floats:
        def split(name: str, value: Floats) -> Floats:
            projected = self._linear(name, value)
            return projected.reshape(len(value), self.heads, -1).transpose(1, 0, 2)

        queries, keys, values = split("queries", query), split("keys", states), split("values", states)
        weights = queries @ keys.transpose(0, 2, 1) / np.sqrt(np.float32(queries.shape[-1]))
        weights = np.exp(weights - weights.max(-1, keepdims=True))
        read = (weights / weights.sum(-1, keepdims=True)) @ values
        return self._linear("outputs", read.transpose(1, 0, 2).reshape(len(query), -1))

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

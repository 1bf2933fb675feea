"""The mention tagger's network: what spaCy's MultiHashEmbed, MaxoutWindowEncoder and softmax compute, in numpy.

One document at a time; weights are float32. n words, f features, w the width, p the pieces of a maxout, t the tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint64]

_FIRST_SEED = 8  # of the first embedding table; the others count on
_EPSILON = 1e-8
_WINDOW = 1


@dataclass(frozen=True, slots=True)
class Maxout:
    """The best of p linear layers for each output, then layer normalisation."""

    weights: tuple[Floats, ...]  # p times (inputs, w)
    bias: tuple[Floats, ...]
    gain: Floats
    shift: Floats

    @classmethod
    def load(cls, arrays: Mapping[str, Floats], name: str) -> Maxout:
        """From the layout in which spaCy keeps them: all pieces of one output together."""
        weights, bias, gain, shift = (arrays[f"{name}.{part}"] for part in ("weights", "bias", "gain", "shift"))
        pieces = len(bias) // len(gain)
        return cls(
            tuple(np.ascontiguousarray(weights[piece::pieces].T) for piece in range(pieces)),
            tuple(bias[piece::pieces] for piece in range(pieces)),
            gain,
            shift,
        )

    def __call__(self, inputs: Floats) -> Floats:
        """(n, inputs) to (n, w)."""
        best = inputs @ self.weights[0] + self.bias[0]
        for weights, bias in zip(self.weights[1:], self.bias[1:], strict=True):
            np.maximum(best, inputs @ weights + bias, out=best)
        best -= best.mean(axis=1, keepdims=True)
        best /= np.sqrt(np.square(best).mean(axis=1, keepdims=True) + np.float32(_EPSILON))
        best *= self.gain
        best += self.shift
        return best


@dataclass(frozen=True, slots=True)
class Network:
    """Embedding tables, one per feature, a mixing layer, convolutions with residuals, and the tags' scores."""

    tables: tuple[Floats, ...]
    mix: Maxout
    layers: tuple[Maxout, ...]
    scores: Floats
    bias: Floats

    @classmethod
    def load(cls, arrays: Mapping[str, Floats], tables: int, depth: int) -> Network:
        """From named arrays; raises KeyError if one is missing."""
        return cls(
            tables=tuple(arrays[f"table{number}"] for number in range(tables)),
            mix=Maxout.load(arrays, "mix"),
            layers=tuple(Maxout.load(arrays, f"layer{number}") for number in range(depth)),
            scores=arrays["scores"],
            bias=arrays["scores_bias"],
        )

    def __call__(self, words: Hashes, order: npt.NDArray[np.intp]) -> Floats:
        """Feature hashes (n, f) of different words and which of them stand where (m,) to the tags' probabilities (m, t)."""
        embedded = [_embedded(table, words[:, at], at) for at, table in enumerate(self.tables)]
        margin = len(self.layers) * _WINDOW
        vectors = np.zeros((len(order) + 2 * margin, len(self.mix.gain)), dtype=np.float32)
        vectors[margin:-margin] = self.mix(np.concatenate(embedded, axis=1))[order]
        for layer in self.layers:
            vectors += layer(_neighbours(vectors))
        scores = vectors[margin:-margin] @ self.scores.T + self.bias
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def _embedded(table: Floats, hashes: Hashes, number: int) -> Floats:
    first, *others = _rows(hashes, number, len(table))
    vectors: Floats = table[first]
    for rows in others:
        vectors += table[rows]
    return vectors


def _neighbours(vectors: Floats) -> Floats:
    """Each row between the one before and the one after; zeros beyond the ends."""
    count, width = vectors.shape
    windows = np.zeros((count, 3 * width), dtype=np.float32)
    windows[1:, :width] = vectors[:-1]
    windows[:, width : 2 * width] = vectors
    windows[:-1, 2 * width :] = vectors[1:]
    return windows


def _rows(hashes: Hashes, table: int, size: int) -> tuple[npt.NDArray[np.intp], ...]:
    """The four rows of a table that a hash adds up: MurmurHash3 of eight bytes, in four parts."""
    seed = np.uint64(_FIRST_SEED + table)
    first = _rotated(hashes * np.uint64(0x87C37B91114253D5), 31) * np.uint64(0x4CF5AD432745937F) ^ seed
    first, second = first ^ np.uint64(8), np.full_like(hashes, seed ^ np.uint64(8))
    first = first + second
    second = second + first
    first, second = _mixed(first), _mixed(second)
    first = first + second
    second = second + first
    low = np.uint64(0xFFFFFFFF)
    parts = (first & low, first >> np.uint64(32), second & low, second >> np.uint64(32))
    return tuple((part % np.uint64(size)).astype(np.intp) for part in parts)


def _rotated(values: Hashes, bits: int) -> Hashes:
    return values << np.uint64(bits) | values >> np.uint64(64 - bits)


def _mixed(values: Hashes) -> Hashes:
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        values = (values ^ values >> np.uint64(33)) * np.uint64(multiplier)
    return values ^ values >> np.uint64(33)

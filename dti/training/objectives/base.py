"""Protocol of the objectives family, and the replacement of hidden tokens that its members share."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dti.errors import OptionError
from dti.model.vocabulary import MASK, Vocabulary

_MASKED, _RANDOM = 0.8, 0.1  # what is left stays as it is


@dataclass(frozen=True, slots=True)
class Pieces:
    """What an objective knows of a vocabulary: the mask, ids that may stand in for a token, ids that continue a word."""

    mask: int
    ordinary: tuple[int, ...]
    continuing: frozenset[int]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Pieces:
        """Ordinary are all pieces but structure and markers."""
        added = vocabulary.tokenizer.get_added_tokens_decoder()
        pieces = vocabulary.tokenizer.get_vocab(with_added_tokens=True)
        ordinary = tuple(sorted(index for index in pieces.values() if index not in added))
        return cls(vocabulary.id(MASK), ordinary, frozenset(i for piece, i in pieces.items() if piece.startswith("##")))


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without start and end tokens: `fragment` is what stood at [start, start + len(fragment)) of `source`."""

    source: tuple[int, ...]
    fragment: tuple[int, ...]
    start: int


class Objective(Protocol):
    """Hides one fragment of a text; the same generator state gives the same fragment."""

    def mask(self, tokens: Sequence[int], pieces: Pieces, rng: random.Random) -> Masked:
        """`tokens` holds at least one token, without start and end."""


def fragment_length(tokens: int, ratio: float) -> int:
    """max(1, round(ratio * tokens))."""
    return max(1, round(ratio * tokens))


def check_ratio(ratio: float) -> None:
    """Raises OptionError unless 0 < ratio <= 1."""
    if not 0 < ratio <= 1:
        raise OptionError(f"ratio is {ratio}; it must be above 0 and at most 1")


def hide(tokens: Sequence[int], start: int, length: int, pieces: Pieces, rng: random.Random) -> Masked:
    """Replace exactly `length` tokens from `start`: 80% by the mask, 10% by another piece, 10% stay."""
    fragment = tuple(tokens[start : start + length])
    replaced = (_replacement(token, pieces, rng) for token in fragment)
    return Masked((*tokens[:start], *replaced, *tokens[start + length :]), fragment, start)


def _replacement(token: int, pieces: Pieces, rng: random.Random) -> int:
    drawn = rng.random()
    if drawn < _MASKED:
        return pieces.mask
    if drawn >= _MASKED + _RANDOM:
        return token
    other = rng.choice(pieces.ordinary)
    while other == token:  # a chance hit would show the decoder's target
        other = rng.choice(pieces.ordinary)
    return other

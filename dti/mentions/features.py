"""A text's words as the mention tagger sees them: five strings each, hashed as spaCy hashes strings.

The tagger is trained by spaCy and run without it (ADR 0081), so what spaCy computes for a word is computed here alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

WORD = re.compile(r"[^\W_]+|[^\s]")
_LONGEST_SHAPE = 4
_MASK = (1 << 64) - 1
_MULTIPLIER = 0xC6A4A7935BD1E995


def prefix(word: str) -> str:
    """Its first three characters, lower-cased."""
    return word[:3].lower()


def suffix(word: str) -> str:
    """Its last three characters, lower-cased."""
    return word[-3:].lower()


def ending(word: str) -> str:
    """Its last five characters, lower-cased."""
    return word[-5:].lower()


def shape(word: str) -> str:
    """Which characters are capitals, small letters and digits; of more than four alike in a row four count."""
    kinds = "".join("X" if c.isupper() else "x" if c.isalpha() else "d" if c.isdigit() else c for c in word[:100])
    return re.sub(r"(.)\1{4,}", lambda run: run[1] * _LONGEST_SHAPE, kinds)


FEATURES = (str.lower, prefix, suffix, ending, shape)


def hashes(word: str, symbols: Mapping[str, int]) -> tuple[int, ...]:
    """The hash of each feature; `symbols` are strings that spaCy knows by a number."""
    strings = [feature(word) for feature in FEATURES]
    return tuple(symbols[string] if string in symbols else murmur(string) for string in strings)


def murmur(string: str) -> int:
    """MurmurHash64A with seed 1, by which spaCy stores strings; the empty string is 0."""
    data = string.encode("utf-8", "surrogatepass")
    if not data:
        return 0
    state = 1 ^ (len(data) * _MULTIPLIER & _MASK)
    whole = len(data) & ~7
    for at in range(0, whole, 8):
        block = int.from_bytes(data[at : at + 8], "little") * _MULTIPLIER & _MASK
        state = (state ^ ((block ^ (block >> 47)) * _MULTIPLIER & _MASK)) * _MULTIPLIER & _MASK
    if tail := data[whole:]:
        state = (state ^ int.from_bytes(tail, "little")) * _MULTIPLIER & _MASK
    state = (state ^ (state >> 47)) * _MULTIPLIER & _MASK
    return state ^ (state >> 47)

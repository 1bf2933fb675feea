"""Rolling hash of folded names: the hash of every stretch of a document costs two array look-ups.

Polynomial over code points modulo 2^64 with an odd base, whose powers can be inverted, so that prefix sums give the hash of any
substring: (S[j] - S[i]) * base^-i. Two of a million names share a hash with probability below 1e-7.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15
_MODULUS = 1 << 64
_SHORTEST = 1 << 12
_SIEVE_BITS = 22


class PrefixHashes:
    """Hashes of all substrings of one string."""

    def __init__(self, text: str) -> None:
        codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
        powers, self._inverse = _powers(_capacity(len(text) + 1))
        self._sums = np.zeros(len(text) + 1, dtype=np.uint64)
        np.cumsum(codes * powers[: len(text)], out=self._sums[1:])

    def between(self, starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]) -> Hashes:
        """Hashes of the substrings [start, end)."""
        hashes: Hashes = (self._sums[ends] - self._sums[starts]) * self._inverse[starts]
        return hashes


def hash_names(names: list[str]) -> Hashes:
    """Hash of each name."""
    lengths = np.fromiter((len(name) for name in names), dtype=np.intp, count=len(names))
    ends = np.cumsum(lengths)
    return PrefixHashes("".join(names)).between(ends - lengths, ends)


def sieve(hashes: Hashes) -> npt.NDArray[np.uint8]:
    """A table that says of most hashes at once that they are not among `hashes`."""
    table = np.zeros(1 << _SIEVE_BITS, dtype=np.uint8)
    table[sieve_index(hashes)] = 1
    return table


def sieve_index(hashes: Hashes) -> npt.NDArray[np.intp]:
    """Where a sieve keeps each hash."""
    return (hashes >> np.uint64(64 - _SIEVE_BITS)).astype(np.intp)


def _capacity(length: int) -> int:
    """Powers are computed for a few sizes only, so that they are computed once."""
    return max(_SHORTEST, 1 << (length - 1).bit_length())


@lru_cache(maxsize=4)
def _powers(count: int) -> tuple[Hashes, Hashes]:
    return _geometric(_BASE, count), _geometric(pow(_BASE, -1, _MODULUS), count)


def _geometric(ratio: int, count: int) -> Hashes:
    """1, r, r^2, ... modulo 2^64, by doubling."""
    powers = np.ones(count, dtype=np.uint64)
    done = 1
    while done < count:
        step = np.uint64(pow(ratio, done, _MODULUS))
        powers[done : 2 * done] = powers[: min(done, count - done)] * step
        done *= 2
    return powers

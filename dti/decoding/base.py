"""Protocol of the decoding family: source texts to generations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from dti.codecs import Grammar
from dti.domain.sequences import Generation, Hypothesis
from dti.model.engine import Engine, Source

BATCH = 8  # fastest on one core: larger batches fall out of its cache


class Decoder(Protocol):
    """How sequences are searched; `str()` of a decoder names it with its settings, the same in every process."""

    def decode(self, engine: Engine, sources: Sequence[str], grammars: Sequence[Grammar] = ()) -> list[Generation]:
        """One generation per source, in order, each well-formed by the source's grammar where grammars are given."""


Search = Callable[[Sequence[Source], Sequence[Grammar]], Sequence[tuple[Hypothesis, ...]]]


def in_batches(engine: Engine, sources: Sequence[str], grammars: Sequence[Grammar], search: Search) -> list[Generation]:
    """Run `search` over batches of sources of like length; results in the order of `sources`."""
    encoded = [engine.encode(source) for source in sources]
    generations: dict[int, Generation] = {}
    for chosen in _batches(encoded):
        found = search([encoded[i] for i in chosen], [grammars[i] for i in chosen] if grammars else ())
        for i, hypotheses in zip(chosen, found, strict=True):
            generations[i] = Generation(hypotheses, encoded[i].truncated)
    return [generations[i] for i in range(len(sources))]


def _batches(encoded: Sequence[Source]) -> Iterator[list[int]]:
    by_length = sorted(range(len(encoded)), key=lambda i: len(encoded[i].tokens))
    return (by_length[start : start + BATCH] for start in range(0, len(by_length), BATCH))

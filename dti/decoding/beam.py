"""Beam search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dti.decoding.base import in_batches
from dti.domain.sequences import Generation, Hypothesis
from dti.errors import OptionError
from dti.model.engine import Engine, Source


@dataclass(frozen=True, kw_only=True)
class Beam:
    """The `width` best sequences; a `length_penalty` above 0 favours longer ones."""

    width: int = 4
    length_penalty: float = 1.0
    most_tokens: int = 128

    def __post_init__(self) -> None:
        if self.width < 1 or self.most_tokens < 1:
            raise OptionError("beam: width and most_tokens must be at least 1")

    def decode(self, engine: Engine, sources: Sequence[str]) -> list[Generation]:
        """One generation per source, in order."""

        def search(batch: Sequence[Source]) -> list[tuple[Hypothesis, ...]]:
            return engine.beam(batch, self.most_tokens, self.width, self.length_penalty)

        return in_batches(engine, sources, search)

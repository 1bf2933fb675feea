"""The most probable token at each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dti.codecs import Grammar
from dti.decoding.base import in_batches
from dti.domain.sequences import Generation, Hypothesis
from dti.errors import OptionError
from dti.model.engine import Engine, Source


@dataclass(frozen=True, kw_only=True)
class Greedy:
    """One hypothesis per source; `most_tokens` ends a sequence that does not end by itself."""

    most_tokens: int = 128

    def __post_init__(self) -> None:
        if self.most_tokens < 1:
            raise OptionError("greedy: most_tokens must be at least 1")

    def decode(self, engine: Engine, sources: Sequence[str], grammars: Sequence[Grammar] = ()) -> list[Generation]:
        """One generation per source, in order."""

        def search(batch: Sequence[Source], rules: Sequence[Grammar]) -> list[tuple[Hypothesis, ...]]:
            return [(hypothesis,) for hypothesis in engine.greedy(batch, self.most_tokens, rules)]

        return in_batches(engine, sources, grammars, search)

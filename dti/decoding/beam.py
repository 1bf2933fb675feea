"""Beam search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dti.codecs import Grammar
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

    def decode(self, engine: Engine, sources: Sequence[str], grammars: Sequence[Grammar] = ()) -> list[Generation]:
        """One generation per source, in order."""

        def search(batch: Sequence[Source], rules: Sequence[Grammar]) -> list[tuple[Hypothesis, ...]]:
            found = engine.beam(batch, self.most_tokens, self.width, self.length_penalty)
            return self._well_formed(engine, batch, rules, found) if rules else found

        return in_batches(engine, sources, grammars, search)

    def _well_formed(
        self, engine: Engine, batch: Sequence[Source], rules: Sequence[Grammar], found: Sequence[tuple[Hypothesis, ...]]
    ) -> list[tuple[Hypothesis, ...]]:
        """What is well-formed of each n-best list; where nothing is, the greedy sequence under the grammar."""
        kept = [tuple(h for h in row if engine.accepts(h, rule)) for row, rule in zip(found, rules, strict=True)]
        bare = [row for row, hypotheses in enumerate(kept) if not hypotheses]
        repaired = engine.greedy([batch[row] for row in bare], self.most_tokens, [rules[row] for row in bare]) if bare else []
        for row, hypothesis in zip(bare, repaired, strict=True):
            kept[row] = (hypothesis,)
        return kept

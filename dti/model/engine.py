"""The serving engine: CTranslate2 and `tokenizers`, neither torch nor transformers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ctranslate2
import numpy as np
import numpy.typing as npt

from dti.codecs import Allowed, Grammar
from dti.domain.sequences import Hypothesis
from dti.errors import CheckpointError
from dti.model.checkpoint import Checkpoint
from dti.model.runtimes import Found, open_runtime
from dti.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Source:
    """A source text as tokens; `truncated` if the model's length limit cut it."""

    tokens: list[str]
    truncated: bool


class Engine:
    """One loaded model; `threads` is what one call may use."""

    def __init__(self, checkpoint: Checkpoint, *, threads: int = 1) -> None:
        self._limit = checkpoint.source_tokens
        try:
            self._vocabulary = Vocabulary.load(checkpoint.tokenizer)
            self._tokens = self._vocabulary.tokens()
            self._pieces = np.array([self._vocabulary.is_piece(token) for token in self._tokens])
            self._end = self._vocabulary.frame.end
            self._runtime = open_runtime(checkpoint.engine, self._vocabulary.frame.start, threads)
        except Exception as error:  # tokenizers raises bare Exception, CTranslate2 RuntimeError
            raise CheckpointError(f"{checkpoint.folder}: cannot be loaded ({error})") from error

    def encode(self, source: str) -> Source:
        """Tokens of a source text, cut at the model's limit."""
        return Source(*self._vocabulary.encode(source, self._limit))

    def greedy(self, batch: Sequence[Source], most_tokens: int, grammars: Sequence[Grammar] = ()) -> list[Hypothesis]:
        """The most probable token at each step, of those that the source's grammar allows.

        Log-probabilities come from the logits: CTranslate2's step callback would give them too, but its
        worker thread releases the callback late and can abort a process that is about to exit.

        CTranslate2 knows no grammars. A sequence is searched without, kept up to its first token that is not
        allowed, and searched again from the best allowed one; that gives what masking every step would give, at no
        cost for sequences without fault.
        """
        found: dict[int, Hypothesis] = {}
        begun = {row: Found([], ()) for row in range(len(batch))}
        while begun:
            rows = list(begun)
            # None at least without grammars: no triplet at all is an answer.
            least = int(any(not (begun[row].tokens or grammars[row](()).end) for row in rows)) if grammars else 0
            sources, prefixes = [batch[row].tokens for row in rows], [begun[row].tokens for row in rows]
            for row, new in zip(rows, self._runtime.greedy(sources, prefixes, least, most_tokens), strict=True):
                tokens, logits, ended = [*begun[row].tokens, *new.tokens], [*begun[row].logits, *new.logits], True
                if grammars:
                    tokens, ended = self._well_formed(tokens, logits, grammars[row], most_tokens)
                if ended:
                    found[row] = self._hypothesis(tokens, _logprobs(self._ids(tokens), logits))
                    del begun[row]
                else:
                    begun[row] = Found(tokens, logits[: len(tokens)])
        return [found[row] for row in range(len(batch))]

    def _well_formed(
        self, generated: Sequence[str], steps: Sequence[ctranslate2.StorageView], grammar: Grammar, most_tokens: int
    ) -> tuple[list[str], bool]:
        """The tokens up to the first that is not allowed, then the best allowed one; whether the sequence ends there."""
        tokens = [token for token in generated if token != self._end][:most_tokens]
        for position, logits in enumerate(steps[:most_tokens]):
            allowed = grammar(tokens[:position])
            token = tokens[position] if position < len(tokens) else self._end
            if self._permits(allowed, token):
                continue
            best = self._best(allowed, np.asarray(logits, dtype=np.float64))
            kept = tokens[:position] if best == self._end else [*tokens[:position], best]
            return kept, best == self._end or len(kept) == most_tokens
        return tokens, True

    def _permits(self, allowed: Allowed, token: str) -> bool:
        if token == self._end:
            return allowed.end
        return token in allowed.markers or (allowed.text and self._vocabulary.is_piece(token))

    def _best(self, allowed: Allowed, logits: npt.NDArray[np.float64]) -> str:
        open_ = self._pieces.copy() if allowed.text else np.zeros_like(self._pieces)
        open_[self._ids([*allowed.markers, *([self._end] if allowed.end else [])])] = True
        return self._tokens[int(np.where(open_, logits[: len(open_)], -np.inf).argmax())]

    def _ids(self, tokens: Sequence[str]) -> list[int]:
        return [self._vocabulary.id(token) for token in tokens]

    def accepts(self, hypothesis: Hypothesis, grammar: Grammar) -> bool:
        """Whether the sequence is well-formed and ended; the grammar needs no more than the kind of a piece of text."""
        tokens = [hypothesis.text[token.start : token.end] for token in hypothesis.tokens]
        steps = all(self._permits(grammar(tokens[:position]), token) for position, token in enumerate(tokens))
        return steps and grammar(tokens).end

    def beam(
        self, batch: Sequence[Source], most_tokens: int, width: int, length_penalty: float
    ) -> list[tuple[Hypothesis, ...]]:
        """The `width` best sequences of each source, best first; scores come from a second, forced pass."""
        sources = [source.tokens for source in batch]
        hypotheses = []
        for source, found in zip(sources, self._runtime.beam(sources, width, length_penalty, most_tokens), strict=True):
            pairs = zip(found, self._runtime.score(source, found), strict=True)
            hypotheses.append(tuple(self._hypothesis(tokens, logprobs) for tokens, logprobs in pairs))
        return hypotheses

    def _hypothesis(self, tokens: Sequence[str], logprobs: Sequence[float]) -> Hypothesis:
        kept = [token for token in tokens if token != self._end]
        text, located = self._vocabulary.join(kept, logprobs)
        return Hypothesis(text, located)


def _logprobs(ids: Sequence[int], logits: Sequence[ctranslate2.StorageView]) -> list[float]:
    """Log-softmax of each step's logits [vocabulary] at the chosen token."""
    rows = (np.asarray(step, dtype=np.float64) for step in logits)
    return [
        float(row[index] - row.max() - np.log(np.exp(row - row.max()).sum())) for index, row in zip(ids, rows, strict=False)
    ]

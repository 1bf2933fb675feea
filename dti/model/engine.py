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
from dti.model.vocabulary import END, Vocabulary


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
            self._translator = ctranslate2.Translator(
                str(checkpoint.engine), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
            )
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
        begun: dict[int, list[str]] = {row: [] for row in range(len(batch))}
        while begun:
            rows = list(begun)
            least = int(any(not (begun[row] or grammars[row](()).end) for row in rows)) if grammars else 0
            results = self._search([batch[row] for row in rows], [begun[row] for row in rows], least, most_tokens)
            for row, result in zip(rows, results, strict=True):
                tokens, ended = result.hypotheses[0], True
                if grammars:
                    tokens, ended = self._well_formed(result, grammars[row], most_tokens)
                if ended:
                    found[row] = self._hypothesis(tokens, _logprobs(self._ids(tokens), _steps(result)))
                    del begun[row]
                else:
                    begun[row] = tokens
        return [found[row] for row in range(len(batch))]

    def _search(
        self, batch: Sequence[Source], begun: Sequence[list[str]], least_tokens: int, most_tokens: int
    ) -> list[ctranslate2.TranslationResult]:
        results: list[ctranslate2.TranslationResult] = self._translator.translate_batch(
            [source.tokens for source in batch],
            target_prefix=[*begun] if any(begun) else None,
            beam_size=1,
            max_input_length=0,
            min_decoding_length=least_tokens,  # none: no triplet at all is an answer
            max_decoding_length=most_tokens,
            return_logits_vocab=True,
        )
        return results

    def _well_formed(self, result: ctranslate2.TranslationResult, grammar: Grammar, most_tokens: int) -> tuple[list[str], bool]:
        """The tokens up to the first that is not allowed, then the best allowed one; whether the sequence ends there."""
        tokens = [token for token in result.hypotheses[0] if token != END][:most_tokens]
        for position, logits in enumerate(_steps(result)[:most_tokens]):
            allowed = grammar(tokens[:position])
            token = tokens[position] if position < len(tokens) else END
            if self._permits(allowed, token):
                continue
            best = self._best(allowed, np.asarray(logits, dtype=np.float64))
            kept = tokens[:position] if best == END else [*tokens[:position], best]
            return kept, best == END or len(kept) == most_tokens
        return tokens, True

    def _permits(self, allowed: Allowed, token: str) -> bool:
        if token == END:
            return allowed.end
        return token in allowed.markers or (allowed.text and self._vocabulary.is_piece(token))

    def _best(self, allowed: Allowed, logits: npt.NDArray[np.float64]) -> str:
        open_ = self._pieces.copy() if allowed.text else np.zeros_like(self._pieces)
        open_[self._ids([*allowed.markers, *([END] if allowed.end else [])])] = True
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
        results = self._translator.translate_batch(
            sources,
            beam_size=width,
            num_hypotheses=width,
            length_penalty=length_penalty,
            max_input_length=0,
            min_decoding_length=0,  # no triplet at all is an answer
            max_decoding_length=most_tokens,
        )
        hypotheses = []
        for tokens, result in zip(sources, results, strict=True):
            scored = self._translator.score_batch([tokens] * len(result.hypotheses), result.hypotheses, max_input_length=0)
            pairs = zip(result.hypotheses, scored, strict=True)
            hypotheses.append(tuple(self._hypothesis(generated, score.log_probs) for generated, score in pairs))
        return hypotheses

    def _hypothesis(self, tokens: Sequence[str], logprobs: Sequence[float]) -> Hypothesis:
        kept = [token for token in tokens if token != END]
        text, located = self._vocabulary.join(kept, logprobs)
        return Hypothesis(text, located)


def _steps(result: ctranslate2.TranslationResult) -> Sequence[ctranslate2.StorageView]:
    """Logits [vocabulary] of each step, begun tokens included; none for a sequence that ended at once."""
    return result.logits[0] if result.logits else ()


def _logprobs(ids: Sequence[int], logits: Sequence[ctranslate2.StorageView]) -> list[float]:
    """Log-softmax of each step's logits [vocabulary] at the chosen token."""
    rows = (np.asarray(step, dtype=np.float64) for step in logits)
    return [
        float(row[index] - row.max() - np.log(np.exp(row - row.max()).sum())) for index, row in zip(ids, rows, strict=False)
    ]

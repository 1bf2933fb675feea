"""The serving engine: CTranslate2 and `tokenizers`, neither torch nor transformers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ctranslate2
import numpy as np

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
            self._translator = ctranslate2.Translator(
                str(checkpoint.engine), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
            )
        except Exception as error:  # tokenizers raises bare Exception, CTranslate2 RuntimeError
            raise CheckpointError(f"{checkpoint.folder}: cannot be loaded ({error})") from error

    def encode(self, source: str) -> Source:
        """Tokens of a source text, cut at the model's limit."""
        return Source(*self._vocabulary.encode(source, self._limit))

    def greedy(self, batch: Sequence[Source], most_tokens: int) -> list[Hypothesis]:
        """The most probable token at each step.

        Log-probabilities come from the logits: CTranslate2's step callback would give them too, but its
        worker thread releases the callback late and can abort a process that is about to exit.
        """
        results = self._translator.translate_batch(
            [source.tokens for source in batch],
            beam_size=1,
            max_input_length=0,
            min_decoding_length=0,  # no triplet at all is an answer
            max_decoding_length=most_tokens,
            return_logits_vocab=True,
        )
        return [self._scored(result) for result in results]

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

    def _scored(self, result: ctranslate2.TranslationResult) -> Hypothesis:
        tokens = result.hypotheses[0]
        ids = [self._vocabulary.id(token) for token in tokens]
        return self._hypothesis(tokens, _logprobs(ids, result.logits[0]) if ids else [])

    def _hypothesis(self, tokens: Sequence[str], logprobs: Sequence[float]) -> Hypothesis:
        kept = [token for token in tokens if token != END]
        text, located = self._vocabulary.join(kept, logprobs)
        return Hypothesis(text, located)


def _logprobs(ids: Sequence[int], logits: Sequence[ctranslate2.StorageView]) -> list[float]:
    """Log-softmax of each step's logits [vocabulary] at the chosen token."""
    rows = (np.asarray(step, dtype=np.float64) for step in logits)
    return [
        float(row[index] - row.max() - np.log(np.exp(row - row.max()).sum())) for index, row in zip(ids, rows, strict=False)
    ]

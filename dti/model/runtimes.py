"""CTranslate2 behind one face: a model with an encoder translates, one without continues a prompt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import ctranslate2

Tokens = Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """Generated tokens and the logits [vocabulary] of each step, the end's included."""

    tokens: list[str]
    logits: Sequence[ctranslate2.StorageView]


class Runtime(Protocol):
    """Searches and scores batches of sources that are tokens already."""

    def greedy(self, sources: Sequence[Tokens], begun: Sequence[Tokens], least: int, most: int) -> list[Found]:
        """What follows the tokens in `begun`, which count towards `least` and `most`."""

    def beam(self, sources: Sequence[Tokens], width: int, length_penalty: float, most: int) -> list[list[list[str]]]:
        """The `width` best sequences of each source, best first."""

    def score(self, source: Tokens, targets: Sequence[Tokens]) -> list[list[float]]:
        """Log-probability of each token of each target."""


def open_runtime(folder: Path, start: str, threads: int) -> Runtime:
    """Load a converted model; `start` is what a target begins behind."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings = {"device": "cpu", "compute_type": "int8", "inter_threads": 1, "intra_threads": threads}
    if "decoder_start_token" in config:
        return Translating(ctranslate2.Translator(str(folder), **settings))
    return Continuing(ctranslate2.Generator(str(folder), **settings), start)


class Translating:
    """Encoder and decoder."""

    def __init__(self, translator: ctranslate2.Translator) -> None:
        self._translator = translator

    def greedy(self, sources: Sequence[Tokens], begun: Sequence[Tokens], least: int, most: int) -> list[Found]:
        """See `Runtime`."""
        results = self._translator.translate_batch(
            sources,
            target_prefix=[*begun] if any(begun) else None,
            beam_size=1,
            max_input_length=0,
            min_decoding_length=least,
            max_decoding_length=most,
            return_logits_vocab=True,
        )
        return [
            Found(result.hypotheses[0][len(prefix) :], _steps(result)[len(prefix) :])
            for prefix, result in zip(begun, results, strict=True)
        ]

    def beam(self, sources: Sequence[Tokens], width: int, length_penalty: float, most: int) -> list[list[list[str]]]:
        """See `Runtime`."""
        results = self._translator.translate_batch(
            sources,
            beam_size=width,
            num_hypotheses=width,
            length_penalty=length_penalty,
            max_input_length=0,
            min_decoding_length=0,
            max_decoding_length=most,
        )
        return [result.hypotheses for result in results]

    def score(self, source: Tokens, targets: Sequence[Tokens]) -> list[list[float]]:
        """See `Runtime`."""
        scored = self._translator.score_batch([source] * len(targets), targets, max_input_length=0)
        return [score.log_probs for score in scored]


class Continuing:
    """A decoder alone: the source is a prompt, `start` its last token."""

    def __init__(self, generator: ctranslate2.Generator, start: str) -> None:
        self._generator = generator
        self._start = start

    def greedy(self, sources: Sequence[Tokens], begun: Sequence[Tokens], least: int, most: int) -> list[Found]:
        """See `Runtime`."""
        prompts = [[*source, self._start, *prefix] for source, prefix in zip(sources, begun, strict=True)]
        shortest = min(map(len, begun), default=0)
        results = self._generator.generate_batch(
            prompts,
            beam_size=1,
            min_length=max(least - shortest, 0),
            max_length=most - shortest,
            include_prompt_in_result=False,
            return_logits_vocab=True,
        )
        # CTranslate2 reads as much of each prompt as the shortest has at once, and spends a step on every token of the rest.
        at_once = min(map(len, prompts), default=0)
        found = []
        for prompt, prefix, result in zip(prompts, begun, results, strict=True):
            spent, left = len(prompt) - at_once, most - len(prefix)
            found.append(Found(result.sequences[0][:left], _steps(result)[spent : spent + left]))
        return found

    def beam(self, sources: Sequence[Tokens], width: int, length_penalty: float, most: int) -> list[list[list[str]]]:
        """See `Runtime`."""
        results = self._generator.generate_batch(
            [[*source, self._start] for source in sources],
            beam_size=width,
            num_hypotheses=width,
            length_penalty=length_penalty,
            max_length=most,
            include_prompt_in_result=False,
        )
        return [result.sequences for result in results]

    def score(self, source: Tokens, targets: Sequence[Tokens]) -> list[list[float]]:
        """See `Runtime`."""
        scored = self._generator.score_batch([[*source, self._start, *target] for target in targets], max_input_length=0)
        return [score.log_probs[len(source) :] for score in scored]


def _steps(result: ctranslate2.TranslationResult | ctranslate2.GenerationResult) -> Sequence[ctranslate2.StorageView]:
    """Logits of each step; none for a sequence that ended at once."""
    return result.logits[0] if result.logits else ()

"""Serving a pair model: CTranslate2 for the encoder, numpy for the head.

::

    engine/model.bin, config.json, vocabulary.json    encoder, int8
    engine/head.npz, head.json                        head; its sizes and labels
    engine/frequencies.json                           how often literature names what
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import numpy.typing as npt

from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.errors import CheckpointError
from dti.model.checkpoint import Checkpoint
from dti.model.pairs.encoding import PairSource, encode
from dti.model.pairs.head import Head
from dti.model.vocabulary import Vocabulary
from dti.pairing import CANDIDATE_FEATURES, PAIR_FEATURES, Frequencies

HEAD, HEAD_SHAPE, FREQUENCIES = "head.npz", "head.json", "frequencies.json"
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs of one document, as (drug, target) candidate indices.

    `interacts` [pairs] is the natural log of the probability that a pair interacts, `labels` [pairs, labels] that of each
    label given that it does. `stated` is the highest probability of a pair as the corpora judge that annotate whatever a text
    states; 1.0 where nobody asked. `worded` tells of each pair whether the text words it (`Features.worded`); nothing
    where nobody looked.
    """

    pairs: tuple[tuple[int, int], ...]
    interacts: _Floats
    labels: _Floats
    truncated: bool
    stated: float = 1.0
    worded: tuple[bool, ...] = ()


class PairEngine:
    """One loaded model; `threads` is what one call may use."""

    def __init__(self, checkpoint: Checkpoint, *, threads: int = 1) -> None:
        folder = checkpoint.engine
        shape = _shape(folder / HEAD_SHAPE)
        self._limit = checkpoint.source_tokens
        self._frequencies = Frequencies.load(folder / FREQUENCIES)
        self.labels: tuple[str, ...] = tuple(shape["labels"])
        self.head = Head.load(folder / HEAD, int(shape["heads"]), int(shape["style"]))
        try:
            self.vocabulary = Vocabulary.load(checkpoint.tokenizer)
            self._encoder = ctranslate2.Encoder(
                str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
            )
        except Exception as error:  # tokenizers raises bare Exception, CTranslate2 RuntimeError
            raise CheckpointError(f"{checkpoint.folder}: cannot be loaded ({error})") from error

    def score(
        self, documents: Sequence[Document], candidates: Sequence[Sequence[Candidate]], *, beside: int | None = None
    ) -> list[Scored]:
        """Every drug with every target of each document, in order; what is `stated` is judged in the style `beside`."""
        sources = [self.source(d, c) for d, c in zip(documents, candidates, strict=True)]
        scored = {i: self._scored(sources[i], states, beside) for i, states in self.states(sources)}
        return [scored.get(i, _unread(source)) for i, source in enumerate(sources)]

    def _scored(self, source: PairSource, states: npt.NDArray[np.float32], beside: int | None) -> Scored:
        served = self.judge(source, states)
        if beside is None:
            return served
        return replace(served, stated=float(np.exp(self.judge(source, states, beside).interacts.max())))

    def source(self, document: Document, candidates: Sequence[Candidate]) -> PairSource:
        """A document as the encoder is shown it."""
        return encode(document, candidates, self.vocabulary, self._frequencies, self._limit)

    def states(self, sources: Iterable[PairSource]) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        """Encoder states [tokens, hidden] of each source with a pair, by its index.

        One at a time: a batch falls out of the core's cache, and as int8 amplifies the rounding of what is padded, what is
        found in a document would depend on its neighbours (ADR 0140).
        """
        for i, source in enumerate(sources):
            if source.features.pairs:
                found = self._encoder.forward_batch([list(source.ids)], token_type_ids=[list(source.kinds)])
                yield i, np.asarray(found.last_hidden_state)[0]

    def judge(self, source: PairSource, states: npt.NDArray[np.float32], style: int | None = None) -> Scored:
        """All pairs of a source; another `style` than the served one is another corpus's habit of annotation."""
        interacts, labels = (logits.astype(np.float64) for logits in self.head.last(self.joined(source, states, style)))
        normal = labels - labels.max(-1, keepdims=True)
        return Scored(
            source.features.pairs,
            -np.logaddexp(0, -interacts),
            normal - np.log(np.exp(normal).sum(-1, keepdims=True)),
            source.truncated,
            worded=source.features.worded,
        )

    def joined(self, source: PairSource, states: npt.NDArray[np.float32], style: int | None = None) -> npt.NDArray[np.float32]:
        """What the head's last layers are told of each pair [pairs, width]."""
        head = self.head if style is None else replace(self.head, style=style)
        return head.joined(source, states)


def _unread(source: PairSource) -> Scored:
    """Without a pair there is nothing to read."""
    return Scored((), np.zeros(0), np.zeros((0, 0)), source.truncated)


def _shape(path: Path) -> dict[str, Any]:
    """The head's sizes; raises CheckpointError if it was trained on other features than these."""
    try:
        shape: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        features = [*shape["candidate_features"]], [*shape["pair_features"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path}: no head ({type(error).__name__}: {error})") from error
    if features != ([*CANDIDATE_FEATURES], [*PAIR_FEATURES]):
        raise CheckpointError(f"{path}: trained on other features of candidates and pairs than this version computes")
    return shape

"""Beam search with transformers on a checkpoint's weights: the named alternative of `benchmarks.throughput`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from transformers import BartForConditionalGeneration

from benchmarks._restored import restored
from dti.codecs import CODECS, Codec
from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.domain.triplets import Triplet
from dti.mentions import Naming
from dti.model import seq2seq
from dti.model.checkpoint import Checkpoint
from dti.model.vocabulary import END, PAD, START, Vocabulary
from dti.reading.sequences import SERVED_STYLE

Candidates = Callable[[Document], tuple[Candidate, ...]]


@dataclass(frozen=True, slots=True)
class TransformersGenerate:
    """Documents to triplets, in float32 on one thread, batches of like length."""

    model: BartForConditionalGeneration
    vocabulary: Vocabulary
    codec: Codec
    candidates: Candidates
    source_tokens: int
    most_tokens: int
    batch: int
    beams: int

    @classmethod
    def open(
        cls, checkpoint: Checkpoint, weights: Path | None, candidates: Candidates, batch: int, beams: int
    ) -> TransformersGenerate:
        """`weights` is a folder as `save_pretrained` writes it, of the model that the checkpoint serves; None: its own."""
        own = weights or checkpoint.folder / "model"
        vocabulary = Vocabulary.load(checkpoint.tokenizer)
        model = seq2seq.load(own) if weights or own.is_dir() else restored(checkpoint.engine, vocabulary)
        model.eval()  # type: ignore[no-untyped-call]
        torch.set_num_threads(1)
        return cls(
            model,
            vocabulary,
            CODECS.build(checkpoint.codec),
            candidates,
            checkpoint.source_tokens,
            int(checkpoint.decoding.settings["most_tokens"]),
            batch,
            beams,
        )

    def __call__(self, documents: Sequence[Document]) -> list[tuple[Triplet, ...]]:
        """Triplets of each document, in the order of the documents."""
        shown = [self.candidates(document) for document in documents]
        sources = [self._encoded(document, found) for document, found in zip(documents, shown, strict=True)]
        order = sorted(range(len(sources)), key=lambda n: len(sources[n]))
        results: dict[int, tuple[Triplet, ...]] = {}
        for start in range(0, len(order), self.batch):
            numbers = order[start : start + self.batch]
            texts = self._generated([sources[n] for n in numbers])
            results.update((n, self._read(text, shown[n])) for n, text in zip(numbers, texts, strict=True))
        return [results[n] for n in range(len(documents))]

    def _encoded(self, document: Document, found: Sequence[Candidate]) -> list[int]:
        tokens, _ = self.vocabulary.encode(self.codec.source(document, found, SERVED_STYLE), self.source_tokens)
        return [self.vocabulary.id(token) for token in tokens]

    def _generated(self, sources: Sequence[Sequence[int]]) -> Iterator[str]:
        """The best sequence of each source; ids are padded to [batch, longest source]."""
        longest = max(map(len, sources))
        pad = self.vocabulary.id(PAD)
        ids = torch.tensor([[*source, *[pad] * (longest - len(source))] for source in sources])
        generated = self.model.generate(  # type: ignore[misc]
            input_ids=ids,
            attention_mask=(ids != pad).long(),
            max_new_tokens=self.most_tokens,
            num_beams=self.beams,
            do_sample=False,
            pad_token_id=pad,
            eos_token_id=self.vocabulary.id(END),
            decoder_start_token_id=self.model.config.decoder_start_token_id or self.vocabulary.id(START),
        )
        return (self._text(row[1:]) for row in cast("torch.Tensor", generated).tolist())

    def _text(self, ids: Sequence[int]) -> str:
        named = {self.vocabulary.id(token) for token in (START, END, PAD)}
        tokens = [str(self.vocabulary.tokenizer.id_to_token(n)) for n in ids if n not in named]
        return self.vocabulary.join(tokens, [0.0] * len(tokens))[0]

    def _read(self, text: str, found: Sequence[Candidate]) -> tuple[Triplet, ...]:
        naming = Naming.read()
        return tuple(dict.fromkeys(naming.printed(located, found) for located in self.codec.parse(text, found).located))

"""Greedy decoding with transformers on a checkpoint's own weights: the named alternative of `benchmarks.extract`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from transformers import BartForConditionalGeneration

from dti.codecs import Codec
from dti.domain.documents import Document
from dti.model.checkpoint import Checkpoint
from dti.model.vocabulary import END, PAD, START, Vocabulary


def generate_with_transformers(folder: Path, codec: Codec, batch: int) -> Callable[[Sequence[Document]], None]:
    """A function that decodes documents in batches of like length, in float32 on one thread."""
    checkpoint = Checkpoint.open(folder)
    vocabulary = Vocabulary.load(checkpoint.tokenizer)
    model = BartForConditionalGeneration.from_pretrained(folder / "model")
    model.eval()  # type: ignore[no-untyped-call]
    most_tokens = int(checkpoint.decoding.settings["most_tokens"])
    torch.set_num_threads(1)

    def tensor(sources: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Padded ids and their mask, both [batch, longest source]."""
        longest = max(map(len, sources))
        pad = vocabulary.id(PAD)
        ids = torch.tensor([[*source, *[pad] * (longest - len(source))] for source in sources])
        return ids, (ids != pad).long()

    def generate(documents: Sequence[Document]) -> None:
        encoded = (vocabulary.encode(codec.source(document), checkpoint.source_tokens)[0] for document in documents)
        sources = sorted(([vocabulary.id(token) for token in tokens] for tokens in encoded), key=len)
        for start in range(0, len(sources), batch):
            ids, mask = tensor(sources[start : start + batch])
            model.generate(  # type: ignore[misc]
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=most_tokens,
                num_beams=1,
                do_sample=False,
                pad_token_id=vocabulary.id(PAD),
                eos_token_id=vocabulary.id(END),
                decoder_start_token_id=model.config.decoder_start_token_id or vocabulary.id(START),
            )

    return generate

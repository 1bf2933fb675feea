"""BioGPT in its paper's prompt format: source, soft prompt, target."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from tokenizers import AddedToken, Tokenizer
from transformers import BioGptForCausalLM, PreTrainedModel

from dti.errors import HubError
from dti.model.backbones._moses import moses_bpe
from dti.model.backbones._pretrained import Pretrained, surround
from dti.model.vocabulary import SOFT_PROMPT

_STRUCTURE = ("<s>", "<pad>", "</s>", "<unk>")


@dataclass(frozen=True, kw_only=True)
class BioGpt(Pretrained):
    """A decoder alone; the soft prompt is nine tokens of its own between source and target, learnt like all others.

    Its tokenizer exists in Python only, so one that says nearly the same is made from its files: rules for the Moses
    tokenizer's splits, then its own merges. What merges pass through on their way, but the vocabulary lacks, gets a row that
    begins as the unknown token's, which is what such a piece was before.
    """

    servable: ClassVar[bool] = True
    prompt: ClassVar[tuple[str, ...]] = SOFT_PROMPT

    pretrained: str = "microsoft/biogpt"

    def load(self, folder: Path) -> PreTrainedModel:
        """See `Pretrained`."""
        model: PreTrainedModel = BioGptForCausalLM.from_pretrained(str(folder), dtype=torch.float32)
        return model

    def tokenizer(self, folder: Path) -> Tokenizer:
        """From `vocab.json` and `merges.txt`."""
        try:
            vocabulary = _vocabulary(folder)
            merges = list(_merges(folder))
        except (OSError, ValueError) as error:
            raise HubError(f"{folder}: no vocab.json and merges.txt of a BioGPT ({error})") from error
        for piece in _pieces(merges):
            vocabulary.setdefault(piece, len(vocabulary))
        tokenizer = moses_bpe(vocabulary, merges)
        tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in _STRUCTURE])
        return tokenizer

    def frame(self, tokenizer: Tokenizer) -> None:
        """All of the soft prompt but its last token, which is the target's start."""
        surround(tokenizer, ["</s>"], SOFT_PROMPT[:-1])

    def copied(self, folder: Path, tokenizer: Tokenizer) -> Mapping[int, int]:
        """Pieces that the vocabulary lacks."""
        own = _vocabulary(folder)
        unknown, ids = own["<unk>"], tokenizer.get_vocab(with_added_tokens=True)
        return {ids[piece]: unknown for piece in _pieces(_merges(folder)) if piece not in own}


def _vocabulary(folder: Path) -> dict[str, int]:
    vocabulary: dict[str, int] = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    return vocabulary


def _merges(folder: Path) -> Iterator[tuple[str, str]]:
    """Pairs in order; a line may have its count as a third column."""
    with (folder / "merges.txt").open(encoding="utf-8") as lines:
        for line in lines:
            if len(fields := line.split()) >= 2 and not line.startswith("#version"):
                yield fields[0], fields[1]


def _pieces(merges: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Iterator[str]:
    for left, right in merges:
        yield from (left, right, left + right)

"""What begins with a whole sequence model from the hub: its weights, its vocabulary and our markers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from tokenizers import AddedToken, Tokenizer
from tokenizers.processors import TemplateProcessing
from torch import nn
from transformers import PreTrainedModel

from dti.errors import HubError
from dti.model import hub
from dti.model.backbones.base import Begun, Material
from dti.model.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class Pretrained(ABC):
    """A backbone that is `pretrained`, a hub id or a folder."""

    prompt: ClassVar[tuple[str, ...]] = ()  # tokens that are learnt in front of a target

    pretrained: str

    def source(self, encoder: str) -> str:  # noqa: ARG002 - protocol
        """The pretrained model."""
        return self.pretrained

    def begin(self, material: Material) -> Begun:
        """See `Backbone`; rows of new tokens are drawn around the mean of the old ones."""
        folder = hub.fetch(self.pretrained)
        tokenizer = self.tokenizer(folder)
        own = (*self.prompt, *material.markers)
        # A marker takes the space before it along: what follows begins as a word in the middle of a text does.
        tokenizer.add_tokens([AddedToken(token, lstrip=True, normalized=False) for token in own])
        self.frame(tokenizer)
        torch.manual_seed(material.seed)
        try:
            model = self.load(folder)
        except (OSError, ValueError) as error:
            raise HubError(f"{self.pretrained}: cannot be read as {type(self).__name__} ({error})") from error
        vocabulary = Vocabulary(tokenizer)
        _widen(model, len(vocabulary), [vocabulary.id(token) for token in own], self.copied(folder, tokenizer))
        model.config.pad_token_id = vocabulary.id(vocabulary.frame.pad)
        model.config.eos_token_id = vocabulary.id(vocabulary.frame.end)
        self.adjust(model, vocabulary)
        return Begun(model, vocabulary)

    @abstractmethod
    def load(self, folder: Path) -> PreTrainedModel:
        """The model of a folder in fp32."""

    def tokenizer(self, folder: Path) -> Tokenizer:
        """Its tokenizer."""
        return hub.read_tokenizer(folder)

    def frame(self, tokenizer: Tokenizer) -> None:  # noqa: B027 - most say it themselves
        """Set what stands around a source, where the tokenizer does not say it itself."""

    def copied(self, folder: Path, tokenizer: Tokenizer) -> Mapping[int, int]:  # noqa: ARG002 - for those that need it
        """Tokens whose rows begin as copies of other tokens' rows."""
        return {}

    def adjust(self, model: PreTrainedModel, vocabulary: Vocabulary) -> None:  # noqa: B027 - some lack nothing
        """Set what the configuration lacks."""


def surround(tokenizer: Tokenizer, before: Sequence[str], after: Sequence[str]) -> None:
    """Make the tokenizer put tokens of its own around every source."""
    parts = (("before", before), ("after", after))
    named = [{"id": n, "ids": [tokenizer.token_to_id(t) for t in tokens], "tokens": list(tokens)} for n, tokens in parts]
    used = [part for part in named if part["ids"]]
    template = " ".join(["before"] * bool(before) + ["$A"] + ["after"] * bool(after))
    tokenizer.post_processor = TemplateProcessing(single=template, special_tokens=used)


def tables(model: PreTrainedModel) -> list[nn.Module]:
    """The embeddings, and the output layer where its weights are its own; the configuration says the same afterwards.

    transformers 5 calls every T5 tied, whatever its weights are, and ties them in earnest when it changes their size.
    """
    embedding: nn.Module = model.get_input_embeddings()
    head: nn.Module = model.get_output_embeddings()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    model.config.tie_word_embeddings = head.weight is embedding.weight
    return [embedding] if model.config.tie_word_embeddings else [embedding, head]


def _widen(model: PreTrainedModel, size: int, new: Sequence[int], copied: Mapping[int, int]) -> None:
    """One row for each token of the vocabulary, no more: rows that hubs pad with could be generated and mean nothing."""
    tables(model)
    model.resize_token_embeddings(size, mean_resizing=False)
    with torch.no_grad():
        for table in tables(model):
            _begin_rows(table, new, copied)


def _begin_rows(table: nn.Module, new: Sequence[int], copied: Mapping[int, int]) -> None:
    rows = table.get_parameter("weight")
    old = rows[: min((*new, *copied))]
    mean, spread = old.mean(dim=0), old.std()
    for index in new:
        rows[index] = mean + torch.randn_like(mean) * spread
    for index, other in copied.items():
        rows[index] = rows[other]

"""LoRA by peft: low-rank updates beside the linear layers, merged into them when the run is through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import PreTrainedModel

from dti.errors import OptionError
from dti.model.adapters.base import Adapted
from dti.model.backbones import Model, tables
from dti.model.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class Lora:
    """Weights W become W + (alpha / rank) B A; `targets` names layers as peft takes them, or "all-linear".

    Tokens that were added to the vocabulary, our markers among them, learn their rows in full: a frozen random row could
    never come to mean anything. Where the output layer has weights of its own (flan-t5), it and the embeddings learn all
    their rows, because peft would then leave out the copies of the embeddings that a T5 reads.
    """

    keeps_base: ClassVar[bool] = True

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    targets: str | Sequence[str] = "all-linear"

    def __post_init__(self) -> None:
        if self.rank < 1 or self.alpha < 1 or not 0 <= self.dropout < 1:
            raise OptionError("lora: rank and alpha must be at least 1, dropout between 0 and 1")

    def apply(self, model: Model, vocabulary: Vocabulary) -> Adapted:
        """See `Adapter`; raises OptionError for a model that is not of transformers, or where `targets` match no layer."""
        if not isinstance(model, PreTrainedModel):
            raise OptionError("lora works on models of transformers; bert_fused is not one")
        learnt = tables(model)
        tied = len(learnt) == 1
        config = LoraConfig(
            r=self.rank,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            target_modules=self.targets if isinstance(self.targets, str) else list(self.targets),
            trainable_token_indices={_name(model, learnt[0]): vocabulary.added} if tied else None,
        )
        try:
            adapted = get_peft_model(model, config)
        except ValueError as error:
            raise OptionError(f"lora: {error}") from error
        for table in () if tied else learnt:
            table.requires_grad_(requires_grad=True)

        def merge() -> Model:
            adapted.merge_and_unload()
            return model

        return Adapted(model, merge)


def _name(model: nn.Module, wanted: nn.Module) -> str:
    names: dict[int, str] = {id(module): name for name, module in model.named_modules()}
    return names[id(wanted)]

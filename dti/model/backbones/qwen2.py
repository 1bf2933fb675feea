"""Qwen2, told what to do in ChatML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from tokenizers import Tokenizer
from transformers import PreTrainedModel, Qwen2ForCausalLM

from dti.model.backbones._pretrained import Pretrained, surround

_SYSTEM = "You are a helpful assistant."


@dataclass(frozen=True, kw_only=True)
class Qwen2(Pretrained):
    """A decoder alone: the document is the user's turn behind `instruction`, the triplets are the assistant's."""

    servable: ClassVar[bool] = True

    pretrained: str = "Qwen/Qwen2-0.5B"
    instruction: str = "List the drug-target interactions that this abstract states."

    def load(self, folder: Path) -> PreTrainedModel:
        """See `Pretrained`."""
        model: PreTrainedModel = Qwen2ForCausalLM.from_pretrained(str(folder), dtype=torch.float32)
        return model

    def frame(self, tokenizer: Tokenizer) -> None:
        """ChatML up to the line break behind "assistant", which is the target's start."""
        turn = f"<|im_start|>system\n{_SYSTEM}<|im_end|>\n<|im_start|>user\n{self.instruction}\n\n"
        answer = tokenizer.encode("<|im_end|>\n<|im_start|>assistant\n", add_special_tokens=False).tokens
        surround(tokenizer, tokenizer.encode(turn, add_special_tokens=False).tokens, answer[:-1])

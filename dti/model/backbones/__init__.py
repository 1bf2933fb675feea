"""Sequence models by name: how one begins, from a BERT-type encoder or from a whole pretrained model."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from transformers import BioGptForCausalLM, Qwen2ForCausalLM, T5ForConditionalGeneration

from dti.errors import CheckpointError
from dti.model import seq2seq
from dti.model.backbones._from_bert import Origin
from dti.model.backbones._fused import FusedModel
from dti.model.backbones._pretrained import tables
from dti.model.backbones.bart import Bart
from dti.model.backbones.bart_from_bert import BartFromBert
from dti.model.backbones.base import Backbone, Begun, Material, Model
from dti.model.backbones.bert_fused import BertFused, load_fused
from dti.model.backbones.biogpt import BioGpt
from dti.model.backbones.qwen2 import Qwen2
from dti.model.backbones.t5 import T5
from dti.model.backbones.transformer import Transformer
from dti.registry import Registry

BACKBONES: Registry[Backbone] = Registry(
    "backbone",
    {
        "bart_from_bert": BartFromBert,
        "transformer": Transformer,
        "bert_fused": BertFused,
        "bart": Bart,
        "t5": T5,
        "biogpt": BioGpt,
        "qwen2": Qwen2,
    },
)

_READERS: Mapping[str, Callable[[Path], Model]] = {
    "bert_fused": load_fused,
    "bart": seq2seq.load,
    "t5": T5ForConditionalGeneration.from_pretrained,
    "biogpt": BioGptForCausalLM.from_pretrained,
    "qwen2": Qwen2ForCausalLM.from_pretrained,
}


def load(folder: Path) -> Model:
    """Read a saved model, whichever backbone wrote it."""
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    if kind not in _READERS:
        raise CheckpointError(f"{folder}: a {kind!r} was written by none of our backbones")
    return _READERS[kind](folder)


__all__ = [
    "BACKBONES",
    "T5",
    "Backbone",
    "Bart",
    "BartFromBert",
    "Begun",
    "BertFused",
    "BioGpt",
    "FusedModel",
    "Material",
    "Model",
    "Origin",
    "Qwen2",
    "Transformer",
    "load",
    "tables",
]

"""Sequence-to-sequence models by name: how one is built from a BERT-type encoder and a vocabulary."""

from __future__ import annotations

import json
from pathlib import Path

from dti.model import seq2seq
from dti.model.backbones._fused import FusedModel
from dti.model.backbones.bart_from_bert import BartFromBert
from dti.model.backbones.base import Backbone, Model, Origin
from dti.model.backbones.bert_fused import BertFused, load_fused
from dti.model.backbones.transformer import Transformer
from dti.registry import Registry

BACKBONES: Registry[Backbone] = Registry(
    "backbone", {"bart_from_bert": BartFromBert, "transformer": Transformer, "bert_fused": BertFused}
)


def load(folder: Path) -> Model:
    """Read a saved model, whichever backbone wrote it."""
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    return load_fused(folder) if kind == "bert_fused" else seq2seq.load(folder)


__all__ = ["BACKBONES", "Backbone", "BartFromBert", "BertFused", "FusedModel", "Model", "Origin", "Transformer", "load"]

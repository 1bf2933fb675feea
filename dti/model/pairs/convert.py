"""A trained pair model to the serving engine's format."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from transformers import BertModel

from dti.model.convert import convert_loaded
from dti.model.pairs.engine import HEAD, HEAD_SHAPE
from dti.model.pairs.network import PairNetwork
from dti.pairing import CANDIDATE_FEATURES, PAIR_FEATURES


def convert(network: PairNetwork, tokenizer: Path, engine: Path, *, style: int) -> None:
    """Write `engine`: the encoder in int8, the head in half precision; `style` is the habit that is served."""
    pooled = BertModel(network.encoder.config)  # the converter asks for a pooling layer that nothing uses
    pooled.config.position_embedding_type = "absolute"  # transformers 5 no longer says what the converter asks for
    unused = {"pooler.dense.weight": torch.eye(network.shape.hidden)}  # not at random: the same bytes from the same weights
    pooled.load_state_dict({**network.encoder.state_dict(), **unused}, strict=False)
    convert_loaded(pooled, tokenizer, engine)
    weights = {name: value.numpy().astype(np.float16) for name, value in network.head.state_dict().items()}
    np.savez(engine / HEAD, **weights)
    shape = {
        "heads": network.shape.heads,
        "style": style,
        "labels": list(network.shape.labels),
        "candidate_features": list(CANDIDATE_FEATURES),
        "pair_features": list(PAIR_FEATURES),
    }
    (engine / HEAD_SHAPE).write_text(json.dumps(shape, indent=1) + "\n", encoding="utf-8")

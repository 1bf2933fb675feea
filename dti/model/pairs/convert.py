"""A trained pair model to the serving engine's format."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from ctranslate2.converters import TransformersConverter
from transformers import BertModel, PreTrainedTokenizerFast

from dti.errors import ModelError
from dti.model.pairs.engine import HEAD, HEAD_SHAPE
from dti.model.pairs.network import PairNetwork
from dti.model.vocabulary import END, MASK, PAD, START, UNKNOWN, Vocabulary
from dti.pairing import CANDIDATE_FEATURES, PAIR_FEATURES


def convert(network: PairNetwork, tokenizer: Path, engine: Path, *, style: int) -> None:
    """Write `engine`: the encoder in int8, the head in half precision; `style` is the habit that is served."""
    with TemporaryDirectory() as scratch:
        # The converter reads from a folder, and asks for a pooling layer that nothing uses.
        pooled = BertModel(network.encoder.config)
        pooled.config.position_embedding_type = "absolute"  # transformers 5 no longer says what the converter asks for
        pooled.load_state_dict(network.encoder.state_dict(), strict=False)
        pooled.save_pretrained(scratch)
        PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # transformers leaves it untyped
            tokenizer_object=Vocabulary.load(tokenizer).tokenizer,
            cls_token=START,
            sep_token=END,
            unk_token=UNKNOWN,
            pad_token=PAD,
            mask_token=MASK,
        ).save_pretrained(scratch)
        try:
            TransformersConverter(scratch).convert(str(engine), quantization="int8", force=True)
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"the pair model cannot be converted ({error})") from error
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

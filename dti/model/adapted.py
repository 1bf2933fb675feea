"""A BERT that went on learning as the encoder of a BART, taken out again: a folder that recipes can name as their encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BartForConditionalGeneration, BertModel

from dti.model import hub, seq2seq
from dti.model.vocabulary import Vocabulary


def save_encoder(model: BartForConditionalGeneration, vocabulary: Vocabulary, encoder: str, folder: Path) -> None:
    """Write the encoder of `model`, which `seq2seq.from_bert` made of `encoder`, with the latter's whole vocabulary.

    Pieces that `vocabulary` has left out stay as they were. Token types, which a BART folds into its positions, become zero.
    """
    source = seq2seq.encoder_source(encoder)
    bert = BertModel.from_pretrained(source, add_pooling_layer=False)
    tokenizer = hub.encoder_tokenizer(source)
    _copy_encoder(model, bert, _rows(vocabulary, tokenizer))
    bert.save_pretrained(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))


def _copy_encoder(model: BartForConditionalGeneration, bert: BertModel, rows: Sequence[int]) -> None:
    """Overwrite `bert`; row i of the BART's embedding becomes its row `rows[i]`, and none where -1."""
    stack = model.model.encoder
    kept = [at for at, row in enumerate(rows) if row >= 0]
    with torch.no_grad():
        embeddings = bert.embeddings
        embeddings.word_embeddings.weight[[rows[at] for at in kept]] = stack.embed_tokens.weight[kept]
        embeddings.position_embeddings.weight.copy_(stack.embed_positions.weight[seq2seq.POSITION_SHIFT :])
        embeddings.token_type_embeddings.weight.zero_()
        embeddings.LayerNorm.load_state_dict(stack.layernorm_embedding.state_dict())
        for source, target in zip(stack.layers, seq2seq.layers(bert), strict=True):
            for known, learnt in seq2seq.layer_parts(target, source):
                known.load_state_dict(learnt.state_dict())


def _rows(vocabulary: Vocabulary, tokenizer: Tokenizer) -> list[int]:
    """Where each of our tokens stands in the encoder's own vocabulary, -1 for markers that are ours alone."""
    found = (tokenizer.token_to_id(token) for token in vocabulary.tokens())
    return [-1 if row is None else row for row in found]

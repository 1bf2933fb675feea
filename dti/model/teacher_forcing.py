"""What any model says of a target that it is shown: one forward pass of a batch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import PreTrainedModel

from dti.model.backbones import FusedModel, Model


def logits(
    model: Model, source: torch.Tensor, mask: torch.Tensor, decoder: torch.Tensor, texts: Sequence[str] = ()
) -> torch.Tensor:
    """Logits [batch, target, vocabulary] behind each token of `decoder` [batch, target].

    `source` and `mask` [batch, source] are padded on the right; `texts` are the sources for a model with a BERT of its own.
    """
    if isinstance(model, FusedModel):
        fused: torch.Tensor = model(input_ids=source, attention_mask=mask, decoder_input_ids=decoder, texts=texts).logits
        return fused
    if model.config.is_encoder_decoder:
        output: torch.Tensor = model(input_ids=source, attention_mask=mask, decoder_input_ids=decoder).logits
        return output
    return _continued(model, source, mask, decoder)


def _continued(model: PreTrainedModel, source: torch.Tensor, mask: torch.Tensor, decoder: torch.Tensor) -> torch.Tensor:
    """Source and target as one sequence: padding goes to the left, so that all targets begin in the same column."""
    width = source.shape[1]
    columns = torch.arange(width, device=source.device) + mask.sum(dim=1, keepdim=True)
    order = columns % width
    # Padding behind a target is read by nobody: what comes later is invisible.
    attended = torch.cat([mask.gather(1, order), torch.ones_like(decoder)], dim=1)
    result: torch.Tensor = model(
        input_ids=torch.cat([source.gather(1, order), decoder], dim=1),
        attention_mask=attended,
        position_ids=(attended.cumsum(dim=1) - 1).clamp(min=0),
        logits_to_keep=decoder.shape[1],
    ).logits
    return result

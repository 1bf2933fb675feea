"""Conversions to CTranslate2 that its own converter lacks or gets wrong under transformers 5."""

from __future__ import annotations

from typing import Any

from ctranslate2.converters import transformers as ct2
from ctranslate2.specs.common_spec import Activation
from ctranslate2.specs.model_spec import OPTIONAL
from ctranslate2.specs.transformer_spec import TransformerDecoderModelSpec, TransformerSpec
from transformers import BioGptForCausalLM, PreTrainedTokenizerFast, T5ForConditionalGeneration


def register() -> None:
    """Make CTranslate2's converter use them."""
    ct2.register_loader("BioGptConfig")(BioGptLoader)
    ct2.register_loader("T5Config")(T5Loader)


class T5Loader(ct2.T5Loader):  # type: ignore[misc]  # CTranslate2 is untyped
    """Scales the outputs where the model does: transformers 5 says of every T5 that its embeddings are tied."""

    def get_model_spec(self, model: T5ForConditionalGeneration) -> TransformerSpec:
        """The stock conversion, its scale as the model's."""
        spec = super().get_model_spec(model)
        spec.decoder.scale_outputs = model.config.d_model**-0.5 if model.config.scale_decoder_outputs else OPTIONAL
        return spec


class BioGptLoader(ct2.OPTLoader):  # type: ignore[misc]
    """BioGPT is an OPT with GELU, embeddings that are scaled, and a norm behind its last layer."""

    @property
    def architecture_name(self) -> str:
        """Class of transformers."""
        return "BioGptForCausalLM"

    def get_model_spec(self, model: BioGptForCausalLM) -> TransformerDecoderModelSpec:
        """Decoder and projection."""
        spec = TransformerDecoderModelSpec.from_config(
            model.config.num_hidden_layers, model.config.num_attention_heads, pre_norm=True, activation=Activation.GELU
        )
        ct2.BartLoader.set_decoder(self, spec.decoder, model.biogpt)
        self.set_linear(spec.decoder.projection, model.output_projection)
        return spec

    def set_common_layers(self, spec: Any, module: Any) -> None:
        """Embeddings, positions and the last norm."""
        spec.scale_embeddings = module.embed_tokens.embed_scale
        self.set_position_encodings(spec.position_encodings, module.embed_positions)
        self.set_embeddings(spec.embeddings, module.embed_tokens)
        self.set_layer_norm(spec.layer_norm, module.layer_norm)

    def get_vocabulary(self, model: BioGptForCausalLM, tokenizer: PreTrainedTokenizerFast) -> list[str]:
        """One token a row: OPT's rows for padding are not there."""
        tokens: list[str] = ct2.ModelLoader.get_vocabulary(self, model, tokenizer)
        return tokens

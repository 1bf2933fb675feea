"""A trained model to the serving engine's format."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from ctranslate2.converters import TransformersConverter
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from dti.errors import ModelError
from dti.model import _converters, backbones
from dti.model.vocabulary import Vocabulary


def convert(model: Path, tokenizer: Path, engine: Path, *, quantization: str = "int8") -> None:
    """Write `engine` from a saved model and its `tokenizer.json`."""
    loaded = backbones.load(model)
    if not isinstance(loaded, PreTrainedModel):
        raise ModelError(f"{model}: CTranslate2 has no such layers")
    convert_loaded(loaded, tokenizer, engine, quantization=quantization)


def convert_loaded(model: PreTrainedModel, tokenizer: Path, engine: Path, *, quantization: str = "int8") -> None:
    """Write `engine` from a model of transformers' own."""
    with TemporaryDirectory() as scratch:
        # The converter reads both from one folder, and takes the special tokens from a transformers tokenizer.
        model.save_pretrained(scratch)
        _tokenizer(Vocabulary.load(tokenizer)).save_pretrained(scratch)
        _converters.register()
        try:
            TransformersConverter(scratch).convert(str(engine), quantization=quantization, force=True)
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{type(model).__name__} cannot be converted ({error})") from error
    _keep_epsilon(model, engine)


def _tokenizer(vocabulary: Vocabulary) -> PreTrainedTokenizerFast:
    frame = vocabulary.frame
    named = {"bos_token": frame.start, "eos_token": frame.end, "unk_token": frame.unknown, "pad_token": frame.pad}
    added = {name: token for name, token in named.items() if token and not vocabulary.is_piece(token)}
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # transformers leaves it untyped
        tokenizer_object=vocabulary.tokenizer, **added
    )


def _keep_epsilon(model: nn.Module, engine: Path) -> None:
    """The converter leaves CTranslate2's default epsilon of 1e-5, whatever the model's own is."""
    norms = (getattr(module, "eps", getattr(module, "variance_epsilon", None)) for module in model.modules())
    path = engine / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["layer_norm_epsilon"] = next(epsilon for epsilon in norms if epsilon is not None)
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

"""A trained model to the serving engine's format."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from ctranslate2.converters import TransformersConverter
from transformers import BartForConditionalGeneration, PreTrainedTokenizerFast

from dti.errors import ModelError
from dti.model import seq2seq
from dti.model.vocabulary import END, PAD, START, UNKNOWN, Vocabulary


def convert(model: Path, tokenizer: Path, engine: Path, *, quantization: str = "int8") -> None:
    """Write `engine` from a saved model and its `tokenizer.json`."""
    with TemporaryDirectory() as scratch:
        # The converter reads both from one folder, and takes the special tokens from a transformers tokenizer.
        loaded = seq2seq.load(model)
        loaded.save_pretrained(scratch)
        PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # transformers leaves it untyped
            tokenizer_object=Vocabulary.load(tokenizer).tokenizer,
            bos_token=START,
            eos_token=END,
            unk_token=UNKNOWN,
            pad_token=PAD,
        ).save_pretrained(scratch)
        try:
            TransformersConverter(scratch).convert(str(engine), quantization=quantization, force=True)
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{model}: cannot be converted ({error})") from error
    _keep_epsilon(loaded, engine)


def _keep_epsilon(model: BartForConditionalGeneration, engine: Path) -> None:
    """The converter leaves CTranslate2's default epsilon of 1e-5, whatever the model's own is."""
    path = engine / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["layer_norm_epsilon"] = model.config.layer_norm_eps
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

"""Pretrained models by name: a local folder, or the Hugging Face hub and its cache."""

from __future__ import annotations

from pathlib import Path

import httpx
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from dti.errors import HubError

_DESCRIPTION = ("*.json", "*.txt", "*.model")
_SAFE, _OLD = ("model*.safetensors",), ("pytorch_model*.bin",)


def fetch(name: str) -> Path:
    """The folder of a pretrained model: `name` itself if it is one, otherwise downloaded or found in the cache.

    Weights in safetensors are preferred. Raises HubError that says what to do where the hub has no such model or cannot be
    reached.
    """
    if (folder := Path(name)).is_dir():
        return folder
    try:
        folder = Path(snapshot_download(name, allow_patterns=[*_DESCRIPTION, *_SAFE]))
        if not weights(folder):
            folder = Path(snapshot_download(name, allow_patterns=[*_DESCRIPTION, *_OLD]))
    except (OSError, httpx.HTTPError, HfHubHTTPError, HFValidationError) as error:
        raise HubError(_advice(name, error)) from error
    if not weights(folder):
        raise HubError(f"{name}: holds no weights for PyTorch ({', '.join((*_SAFE, *_OLD))})")
    return folder


def held(name: str) -> Path | None:
    """The folder of a pretrained model that is on this machine."""
    if (folder := Path(name)).is_dir():
        return folder
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (OSError, HFValidationError):
        return None


def weights(folder: Path) -> list[Path]:
    """The files with the weights of a pretrained model."""
    return next((found for patterns in (_SAFE, _OLD) if (found := sorted(folder.glob(patterns[0])))), [])


def read_tokenizer(folder: Path) -> Tokenizer:
    """A pretrained model's tokenizer, converted by transformers if it has no `tokenizer.json`."""
    path = folder / "tokenizer.json"
    if path.exists():
        return Tokenizer.from_file(str(path))
    try:
        return AutoTokenizer.from_pretrained(str(folder)).backend_tokenizer
    except (ImportError, OSError, ValueError, AttributeError) as error:
        advice = "SentencePiece models need: pip install sentencepiece protobuf"
        raise HubError(f"{folder}: its tokenizer cannot be read ({error}); {advice}") from error


def _advice(name: str, error: Exception) -> str:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return (
        f"{name}: no such folder, and the Hugging Face hub did not give it ({reason}); where there is network, run "
        f"`hf download {name} --local-dir DIR`, bring DIR here, and set `pretrained` to it"
    )

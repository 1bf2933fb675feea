"""What the hub would give, small and random: folders of BART, T5, BioGPT and Qwen2 with tokenizers of their kinds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from string import printable

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

TEXTS = (
    "We show that zelo inhibits the human kinase q1 (KQ-1) in rat cells, i.e. in vitro.",
    "A study of the agonist 5-hydroxy-zelo and the receptor's activator; it activates protein kinase A-II.",
    "inhibitor activator agonist antagonist 0123456789 [abc]; system user assistant List the drug-target interactions",
    "\n\nthe quick brown fox jumps over the lazy dog THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG",
)
_WIDTH, _LAYERS, _HEADS, _PADDING_ROWS = 32, 2, 4, 8


def write_bart(folder: Path) -> Path:
    from transformers import BartConfig, BartForConditionalGeneration  # noqa: PLC0415 - the plain install has no torch

    tokenizer = _byte_level(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    ids = {token: tokenizer.token_to_id(token) for token in ("<s>", "</s>")}
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]))
    config = BartConfig(
        vocab_size=tokenizer.get_vocab_size(),
        d_model=_WIDTH,
        encoder_layers=_LAYERS,
        decoder_layers=_LAYERS,
        encoder_attention_heads=_HEADS,
        decoder_attention_heads=_HEADS,
        encoder_ffn_dim=2 * _WIDTH,
        decoder_ffn_dim=2 * _WIDTH,
        max_position_embeddings=128,
        init_std=0.1,
    )
    _saved(folder, BartForConditionalGeneration, config, tokenizer)
    # What the hub's configuration of 2020 holds beyond the architecture.
    return _configured(
        folder,
        early_stopping=True,
        num_beams=4,
        no_repeat_ngram_size=3,
        forced_bos_token_id=0,
        forced_eos_token_id=2,
        task_specific_params={"summarization": {"length_penalty": 1.0, "max_length": 128, "min_length": 12, "num_beams": 4}},
    )


def write_t5(folder: Path) -> Path:
    """Version 1.0 as SciFive has it: ReLU, one table for input and output, rows behind the vocabulary's end."""
    return _t5(folder, "relu")


def write_flan_t5(folder: Path) -> Path:
    """Version 1.1: gated GELU and an output layer of its own, in a configuration as the hub has it."""
    import torch  # noqa: PLC0415
    from safetensors.torch import load_file, save_file  # noqa: PLC0415

    _t5(folder, "gated-gelu")
    path = folder / "model.safetensors"
    weights = load_file(path)
    save_file({**weights, "lm_head.weight": torch.randn_like(weights["shared.weight"])}, path, metadata={"format": "pt"})
    return _configured(folder, "scale_decoder_outputs", tie_word_embeddings=False, n_positions=512, output_past=True)


def _t5(folder: Path, feed_forward: str) -> Path:
    from transformers import T5Config, T5ForConditionalGeneration  # noqa: PLC0415

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    structure = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=90, special_tokens=structure, unk_token="<unk>")  # noqa: S106
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.add_special_tokens([f"<extra_id_{number}>" for number in range(3)])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    config = T5Config(
        vocab_size=tokenizer.get_vocab_size() + _PADDING_ROWS,
        d_model=_WIDTH,
        d_kv=_WIDTH // _HEADS,
        d_ff=2 * _WIDTH,
        num_layers=_LAYERS,
        num_heads=_HEADS,
        feed_forward_proj=feed_forward,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
    )
    return _saved(folder, T5ForConditionalGeneration, config, tokenizer)


def write_biogpt(folder: Path) -> Path:
    """Files of the slow tokenizer only, and a vocabulary without a piece that its merges pass through."""
    from transformers import BioGptConfig, BioGptForCausalLM  # noqa: PLC0415

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    structure = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(
        vocab_size=360, special_tokens=structure, end_of_word_suffix="</w>", show_progress=False, initial_alphabet=[*printable]
    )
    tokenizer.train_from_iterator((*TEXTS, " ".join(printable)), trainer)
    learnt = json.loads(tokenizer.to_str())["model"]
    passed = next(piece for piece in learnt["vocab"] if piece == "th")
    pieces = [*(piece for piece in learnt["vocab"] if piece != passed), "@-@</w>", ",</w>", ".</w>", ";</w>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({piece: index for index, piece in enumerate(dict.fromkeys(pieces))}))
    lines = [" ".join(pair) if isinstance(pair, list) else pair for pair in learnt["merges"]]
    extra = ["@ -", "@- @</w>"]
    (folder / "merges.txt").write_text("".join(f"{line} {9 - at % 9}\n" for at, line in enumerate([*lines, *extra])))
    config = BioGptConfig(
        vocab_size=len(dict.fromkeys(pieces)),
        hidden_size=_WIDTH,
        intermediate_size=2 * _WIDTH,
        num_hidden_layers=_LAYERS,
        num_attention_heads=_HEADS,
        max_position_embeddings=192,
        initializer_range=0.3,
    )
    return _saved(folder, BioGptForCausalLM, config)


def write_qwen2(folder: Path) -> Path:
    from transformers import Qwen2Config, Qwen2ForCausalLM  # noqa: PLC0415

    tokenizer = _byte_level([])
    chat = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in chat])
    config = Qwen2Config(
        vocab_size=tokenizer.get_vocab_size() + _PADDING_ROWS,
        hidden_size=_WIDTH,
        intermediate_size=2 * _WIDTH,
        num_hidden_layers=_LAYERS,
        num_attention_heads=_HEADS,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        rope_theta=1e6,
        tie_word_embeddings=True,
        initializer_range=0.3,
        bos_token_id=None,
        eos_token_id=tokenizer.token_to_id("<|endoftext|>"),
    )
    return _saved(folder, Qwen2ForCausalLM, config, tokenizer)


WRITERS: Mapping[str, Callable[[Path], Path]] = {
    "bart": write_bart,
    "t5": write_t5,
    "flan-t5": write_flan_t5,
    "biogpt": write_biogpt,
    "qwen2": write_qwen2,
}


def _byte_level(structure):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        TEXTS,
        trainers.BpeTrainer(vocab_size=330, special_tokens=structure, initial_alphabet=alphabet, show_progress=False),
    )
    return tokenizer


def _configured(folder, *without, **settings):
    path = folder / "config.json"
    config = {**json.loads(path.read_text()), **settings}
    path.write_text(json.dumps({name: value for name, value in config.items() if name not in without}))
    (folder / "generation_config.json").unlink(missing_ok=True)
    return folder


def _saved(folder, kind, config, tokenizer=None):
    import torch  # noqa: PLC0415

    torch.manual_seed(11)
    kind(config).save_pretrained(str(folder))
    if tokenizer is not None:
        tokenizer.save(str(folder / "tokenizer.json"))
    return folder

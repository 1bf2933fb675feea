"""A random BERT-type encoder small enough to train in a test, and labelled literature made of a few sentences."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WORDS = tuple(
    sorted(
        {
            *("the", "a", "of", "in", "and", "that", "by", "to", "we", "show", "study", "human", "rat", "cells"),
            *("drug", "protein", "kinase", "receptor", "inhibits", "activates", "inhibitor", "activator", "agonist"),
        }
    )
)
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,-()/%"


def tiny_tokenizer() -> Tokenizer:
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CHARACTERS, *(f"##{char}" for char in CHARACTERS), *WORDS]
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106 - a vocabulary entry
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    )
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return tokenizer


def write_tiny_encoder(folder: Path) -> Path:
    """A BERT of two layers and width 32 with random weights, as a local folder."""
    import torch  # noqa: PLC0415 - the plain install has neither
    from transformers import BertConfig, BertModel  # noqa: PLC0415

    torch.manual_seed(7)
    tokenizer = tiny_tokenizer()
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=96,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def write_corpus(folder: Path) -> Path:
    """A data folder as `dti train` reads it: two corpora, some documents without a triplet."""
    verbs = (("inhibits", "INHIBITOR", "inhibitor"), ("activates", "ACTIVATOR", "activator"))
    lines = []
    for number in range(40):
        verb, label, interaction = verbs[number % 2]
        drug, target = f"zelo{number}", f"kinase q{number}"
        text = f"We show that {drug} {verb} the human {target} in rat cells."
        for corpus, relation in (("kd_dti", interaction), ("drugprot", label)):
            triples = (
                [] if number % 8 == 7 and corpus == "drugprot" else [{"drug": drug, "target": target, "interaction": relation}]
            )
            lines.append(
                {
                    "corpus": corpus,
                    "split": "train",
                    "doc_id": f"{corpus}{number}",
                    "pmid": str(number if corpus == "kd_dti" else 1000 + number),
                    "title": f"A study of {drug} and {target}.",
                    "abstract": text,
                    "entities": [{"text": drug, "type": "CHEMICAL", "id": ""}, {"text": target, "type": "GENE", "id": ""}],
                    "triples": triples,
                }
            )
    return write_labelled(folder, lines)


def labelled(
    corpus: str,
    pmid: str,
    title: str,
    abstract: str,
    triples: Sequence[tuple[str, str, str]],
    entities: Sequence[tuple[str, str]] = (),
) -> dict[str, object]:
    """A labelled document of a training split; `entities` are names with their type."""
    return {
        "corpus": corpus,
        "split": "train",
        "doc_id": pmid,
        "pmid": pmid,
        "title": title,
        "abstract": abstract,
        "entities": [{"text": text, "type": kind, "id": ""} for text, kind in entities],
        "triples": [dict(zip(("drug", "interaction", "target"), triple, strict=True)) for triple in triples],
    }


def write_labelled(folder: Path, lines: Sequence[Mapping[str, object]]) -> Path:
    """The labelled documents of a data folder; returns the folder."""
    (folder / "labelled").mkdir(parents=True)
    with lzma.open(folder / "labelled" / "documents.jsonl.xz", "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(line) + "\n" for line in lines)
    return folder

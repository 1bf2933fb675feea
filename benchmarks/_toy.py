"""A made-up literature in which every document has names of its own: a data folder as `dti train` reads one.

What can be learnt from it is how a triplet is stated and that names are copied; no name of a development document stands
anywhere else. Names are spelled in syllables, which are the pieces of the vocabulary.
"""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, product
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from dti.model.vocabulary import END, MASK, PAD, START, UNKNOWN

_SYLLABLES = tuple(f"{first}{vowel}{last}" for (first, vowel), last in zip(product("bdfgklmnprstvz", "aeiou"), cycle("lnr")))
_ENDINGS = {"drug": ("tinib", "zumab", "azole", "april"), "target": ("idase", "okine", "orex", "eptor")}
_STATED = {
    "inhibitor": ("{d} inhibits {t}", "{t} is blocked by {d}", "{d} is an inhibitor of {t}"),
    "activator": ("{d} activates {t}", "{t} is stimulated by {d}", "{d} is an activator of {t}"),
    "antagonist": ("{d} antagonizes {t}", "{d} displaced ligands of {t}", "{d} is an antagonist at {t}"),
    "substrate": ("{d} is cleaved by {t}", "{t} metabolizes {d}", "{d} is a substrate of {t}"),
}
_TITLES = ("{d} and {t}", "{d} acts on {t}", "{t} and {d} in {c}", "role of {t} for {d}")
_ASIDES = ("{x} spared {y}", "{y} rose with {x}", "{x} was tested at {n} mg", "{y} was stable in {c}")
_WHERE = ("in cultured {c}", "at {n} micromolar", "after {n} minutes")
_CONTEXTS = ("rats", "mice", "humans", "dogs", "liver", "kidney", "brain", "heart", "muscle", "lung", "neurons", "yeast")
_ASIDE = 0.4  # of documents: there other names have to be told from those of the triplet
_WORDS = frozenset(
    word
    for text in (*sum(_STATED.values(), ()), *_STATED, *_TITLES, *_ASIDES, *_WHERE, *_CONTEXTS)
    for word in text.split()
    if "{" not in word
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Documents of each kind, and names of each kind in the tables from which training draws other names."""

    gold: int = 300
    unlabelled: int = 4000
    development: int = 200
    names: int = 2000


@dataclass
class _Names:
    """Names that were never drawn before."""

    rng: random.Random
    drawn: set[str] = field(default_factory=set)

    def fresh(self, kind: str) -> str:
        """A name of a drug or of a target."""
        while True:
            stem = "".join(self.rng.choices(_SYLLABLES, k=2))
            name = stem + self.rng.choice(_ENDINGS[kind])
            if name not in self.drawn:
                self.drawn.add(name)
                return name


def write_world(folder: Path, seed: int, sizes: Sizes) -> None:
    """Labelled and unlabelled documents and the name tables, the same for the same seed."""
    rng = random.Random(f"toy/{seed}")  # noqa: S311 - reproducible draws, no secret
    names = _Names(rng)
    document = partial(_document, rng, names)
    gold = [_labelled("drugbank_distant", 1_000_000 + n, document()) for n in range(sizes.gold)]
    held_out = [_labelled("kd_dti", pmid, document()) for pmid in range(2_000_000, 2_000_000 + sizes.development)]
    pool = [_unlabelled(3_000_000 + n, document()) for n in range(sizes.unlabelled)]
    _write(folder / "labelled" / "documents.jsonl.xz", [*gold, *held_out])
    _write(folder / "unlabelled" / "abstracts.jsonl.xz", pool)
    tables = folder / "lexicons" / "names" / "drugbank_5.1.8"
    tables.mkdir(parents=True, exist_ok=True)
    _table(tables / "drugs.tsv", "drugbank_id\tname", (f"DB{n}\t{names.fresh('drug')}" for n in range(sizes.names)))
    _table(tables / "be_targets.tsv", "be_id\tname\tgenes", (f"BE{n}\t{names.fresh('target')}\t" for n in range(sizes.names)))


def write_encoder(folder: Path) -> Path:
    """A BERT folder whose vocabulary is this literature's; of its weights nothing is used."""
    tokenizer = _tokenizer()
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    torch.manual_seed(0)
    BertModel(config, add_pooling_layer=False).save_pretrained(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _document(rng: random.Random, names: _Names) -> dict[str, str]:
    slots = {"d": names.fresh("drug"), "t": names.fresh("target"), "x": names.fresh("drug"), "y": names.fresh("target")}
    interaction = rng.choice(sorted(_STATED))
    told = f"{rng.choice(_STATED[interaction])} {rng.choice(_WHERE)}"
    sentences = [told, *([rng.choice(_ASIDES)] if rng.random() < _ASIDE else [])]
    rng.shuffle(sentences)
    fill = partial(_filled, rng, slots)
    abstract = " ".join(f"{fill(sentence)} ." for sentence in sentences)
    return {**slots, "interaction": interaction, "title": f"{fill(rng.choice(_TITLES))} .", "abstract": abstract}


def _filled(rng: random.Random, slots: Mapping[str, str], text: str) -> str:
    return text.format(**slots, c=rng.choice(_CONTEXTS), n=rng.randint(1, 99))


def _labelled(corpus: str, pmid: int, made: Mapping[str, str]) -> dict[str, object]:
    return {
        "corpus": corpus,
        "split": "train",
        "doc_id": str(pmid),
        "pmid": str(pmid),
        "title": made["title"],
        "abstract": made["abstract"],
        "entities": [],
        "triples": [{"drug": made["d"], "target": made["t"], "interaction": made["interaction"]}],
    }


def _unlabelled(pmid: int, made: Mapping[str, str]) -> dict[str, object]:
    return {"id": f"toy{pmid}", "pmid": str(pmid), "title": made["title"], "text": made["abstract"]}


def _write(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8", preset=0) as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)


def _table(path: Path, header: str, rows: Iterable[str]) -> None:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")


def _tokenizer() -> Tokenizer:
    structure = [PAD, UNKNOWN, START, END, MASK]
    pieces = dict.fromkeys([*structure, *sorted(_WORDS), *_pieces()])
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(token, vocabulary[token]) for token in (START, END)]
    )
    tokenizer.add_special_tokens(structure)
    return tokenizer


def _pieces() -> Iterator[str]:
    """Syllables and endings, and single characters for whatever else there may be."""
    yield from _SYLLABLES
    yield from (f"##{piece}" for piece in (*_SYLLABLES, *sum(_ENDINGS.values(), ())))
    for character in "abcdefghijklmnopqrstuvwxyz0123456789.,:%-":
        yield from (character, f"##{character}")

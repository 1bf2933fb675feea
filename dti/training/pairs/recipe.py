"""What a training run of a pair model is: a TOML recipe as a frozen dataclass."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dti.errors import TrainingError
from dti.training.experiment import PRECISIONS, build, table

KIND = "pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRecipe:
    """A whole run; the same recipe on the same data and machine gives the same weights.

    An epoch holds each example as often as `weights` says of its corpus (a fraction keeps that share). Of every document a
    share `hide` of the names is hidden, so that contexts are learnt and not names; a share `unlist` of the documents is shown
    without what the lexicon says of its entries, as with a lexicon that says less. The lowest `frozen_layers` of the encoder
    and its word embeddings do not learn. Losses: each pair by itself (`pair_loss`), the right pairs among all of the document
    (`choice_loss`), the label of right pairs (`label_loss`). `average` is the decay of the weights' moving average, which is
    what is kept. Names are counted in `abstracts_counted` unlabelled abstracts. KD-DTI's documents are read with the mention
    tagger of the folder `tagger`, as serving reads; others, which the tagger has seen with their answers, without.

    A share `other_share` of the draws shows the candidates of `other_lexicon` instead, for users who have no other; a share
    `silence` of the draws of curated documents without interaction asks for the served style. With `soup`, one run for each of
    these seeds is trained from the same untrained weights, and the mean of their weights is kept (Wortsman et al., Model soups,
    2022, section 3: the uniform soup). `precision` is that of matrix products, "float32" or "bfloat16". The served rule says
    nothing of a document whose best pair is less likely than `least`, or less than `stated` under the curated style (ADR 0141),
    and no pair up to `wordless` likely that no word of interaction relates (ADR 0104).
    """

    name: str
    seed: int = 1
    soup: tuple[int, ...] = ()
    threads: int = 2
    precision: str = "float32"
    encoder: str = "sentence-transformers/all-MiniLM-L6-v2"
    least_piece_count: int = 5
    abstracts_counted: int = 20_000
    dropout: float = 0.1
    frozen_layers: int = 2
    steps: int = 900
    batch_documents: int = 12
    source_tokens: int = 352
    hide: float = 0.15
    unlist: float = 0.15
    other_lexicon: str = ""
    other_share: float = 0.0
    silence: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)
    learning_rate: float = 1e-3
    encoder_learning_rate: float = 1e-4
    warmup_steps: int = 60
    weight_decay: float = 0.01
    gradient_norm: float = 1.0
    pair_loss: float = 0.3
    choice_loss: float = 0.5
    label_loss: float = 0.5
    label_smoothing: float = 0.05
    average: float = 0.99
    save_steps: int = 100
    serving_tokens: int = 448
    tagger: str = ""
    least: float = 0.05
    stated: float = 0.0
    wordless: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "soup", tuple(self.soup))  # TOML has lists
        if self.precision not in PRECISIONS:
            raise TrainingError(f"{self.name}: no precision {self.precision!r} (has: {', '.join(PRECISIONS)})")

    @property
    def members(self) -> tuple[PairRecipe, ...]:
        """The runs whose weights are averaged: each as a recipe of its own."""
        return tuple(dataclasses.replace(self, seed=seed, soup=()) for seed in self.soup) or (self,)

    @property
    def sha256(self) -> str:
        """Identity of what decides the weights, so that a run is only resumed under the recipe it began with."""
        settings = dataclasses.asdict(self)
        for free in ("name", "save_steps", "serving_tokens", "tagger", "threads", "least", "stated", "wordless"):
            del settings[free]
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def is_pairs(path: Path) -> bool:
    """Whether a recipe is one of a pair model; raises TrainingError if it cannot be read."""
    return table(path).get("kind") == KIND


def read_recipe(path: Path) -> PairRecipe:
    """Read a recipe; raises TrainingError that names an unknown or missing setting."""
    return build(PairRecipe, {name: value for name, value in table(path).items() if name != "kind"}, str(path))

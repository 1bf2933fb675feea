"""From a recipe and a data folder to the folder of a mention tagger, with its card."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from dti import sums
from dti.domain.entities import EntityKind
from dti.errors import TrainingError
from dti.mentions.features import FEATURES
from dti.mentions.tagger import CARD, KINDS, SETTINGS, WEIGHTS, Tagger
from dti.training.tagging.pipeline import Pipeline
from dti.training.tagging.recipe import TaggerRecipe
from dti.training.tagging.samples import Sample, read_samples

logger = logging.getLogger(__name__)

_LABELLED = Path("labelled") / "documents.jsonl.xz"
_LICENCES = {
    "drugprot": "CC BY 4.0 (names of chemicals and genes in PubMed abstracts)",
    "biored": "not stated",
}
_LIMITS = (
    "Labels are names, not places: every occurrence of an annotated name in its document counts as one.",
    "Chemicals of any kind are drugs here and genes of any kind are targets; which of them matter is not its question.",
    "English abstracts. Its words are runs of letters and digits, so a name never begins or ends within one.",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """Exact-match figures of one kind of name."""

    precision: float
    recall: float
    f1: float


Scores = Mapping[str, Mapping[str, Score]]


def train(recipe: TaggerRecipe, data: Path, out: Path) -> Iterator[Scores]:
    """Figures by development part and kind after each epoch, `out` then being a folder that `Tagger.open` takes.

    Raises TrainingError if the data lack a part of the recipe.
    """
    samples = read_samples(data / _LABELLED, (*recipe.train, *recipe.development), (*recipe.held_out, *recipe.development))
    trained = [sample for part in recipe.train for sample in samples[part]]
    pipeline = Pipeline(recipe)
    for loss in pipeline.train(trained):
        _write_network(out, pipeline, recipe)
        scores = {part: _scores(out, samples[part]) for part in recipe.development}
        facts = {"documents": {part: len(found) for part, found in samples.items()}, "loss": round(loss, 4)}
        _write_card(out, _card(recipe, data, scores, facts))
        Tagger.open(out)
        yield scores


def _write_network(out: Path, pipeline: Pipeline, recipe: TaggerRecipe) -> None:
    out.mkdir(parents=True, exist_ok=True)
    settings = {"tags": pipeline.tags, "features": len(FEATURES), "depth": recipe.depth, "symbols": pipeline.symbols}
    (out / SETTINGS).write_text(json.dumps(settings, sort_keys=True) + "\n", encoding="utf-8")
    np.savez(out / WEIGHTS, allow_pickle=False, **pipeline.arrays())
    _write_card(out, {})


def _write_card(out: Path, card: Mapping[str, Any]) -> None:
    """The card, and with it the sums of everything."""
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    sums.write(out)


def _card(recipe: TaggerRecipe, data: Path, scores: Scores, facts: Mapping[str, Any]) -> dict[str, Any]:
    corpora = {part.partition("/")[0] for part in (*recipe.train, *recipe.development)}
    return {
        "name": recipe.name,
        "what": "finds names of drugs (chemicals) and targets (genes, proteins) in English biomedical abstracts",
        "made_with": {"dti": version("dti"), "spacy": version("spacy"), "thinc": version("thinc")},
        "recipe": dataclasses.asdict(recipe),
        "data": [{"file": _LABELLED.as_posix(), "sha256": sums.sha256(data / _LABELLED)}],
        "licences": {corpus: _LICENCES.get(corpus, "unknown") for corpus in sorted(corpora)},
        **facts,
        "exact_match": {part: {kind: dataclasses.asdict(s) for kind, s in kinds.items()} for part, kinds in scores.items()},
        "limits": _LIMITS,
    }


def _scores(out: Path, samples: Sequence[Sample]) -> dict[str, Score]:
    """Exact match of the served network's names, at the threshold at which a word is rather of a name than not."""
    tagger = Tagger.open(out)
    found = [_found(tagger, sample) for sample in samples]
    return {kind.value: _score(found, [s.names for s in samples], letter) for letter, kind in KINDS.items()}


def _found(tagger: Tagger, sample: Sample) -> frozenset[tuple[int, int, str]]:
    text = " ".join(sample.words)
    ends = np.cumsum([len(word) + 1 for word in sample.words]) - 1
    letters = {kind: letter for letter, kind in KINDS.items()}

    def word(at: int) -> int:
        return int(np.searchsorted(ends, at))

    return frozenset((word(t.span.start), word(t.span.end), letters[t.kind]) for t in tagger.read(text).names(0.5))


def _score(
    found: Sequence[frozenset[tuple[int, int, str]]], gold: Sequence[frozenset[tuple[int, int, str]]], letter: str
) -> Score:
    def count(names: Sequence[frozenset[tuple[int, int, str]]]) -> int:
        return sum(name[2] == letter for document in names for name in document)

    right = count([ours & theirs for ours, theirs in zip(found, gold, strict=True)])
    listed, marked = count(found), count(gold)
    if not marked:
        raise TrainingError(f"no {EntityKind(KINDS[letter])} is marked in a development part")
    f1 = 2 * right / (listed + marked)
    return Score(round(right / max(1, listed), 4), round(right / marked, 4), round(f1, 4))

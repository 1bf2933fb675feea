"""Pseudo-labelled documents beside gold, as the pair trainer reads them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from dti.domain.entities import EntityKind
from dti.selftraining.choose import Decision
from dti.selftraining.labels import Batch, Label
from dti.selftraining.weighting import Pseudo
from dti.training.pairs.examples import PSEUDO, PairCorpora, PairExample
from dti.training.pairs.recipe import PairRecipe


def pseudo_labelled(batch: Batch, decisions: Sequence[Decision]) -> list[Pseudo]:
    """Documents with an accepted label. What was considered and not accepted is unclear, all other pairs are wrong."""
    considered: dict[int, list[tuple[Label, bool]]] = {}
    for label, decision in zip(batch.labels, decisions, strict=True):
        considered.setdefault(label.document, []).append((label, decision.accepted))
    return [_pseudo(batch, at, rows) for at, rows in considered.items() if any(accepted for _, accepted in rows)]


def _pseudo(batch: Batch, document: int, rows: Sequence[tuple[Label, bool]]) -> Pseudo:
    right = {label.pair: label.label for label, accepted in rows if accepted}
    unclear = frozenset(label.pair for label, accepted in rows if not accepted)
    example = PairExample(PSEUDO, batch.documents[document], batch.candidates[document], right, unclear)
    return Pseudo(example, tuple(label.confidence for label, accepted in rows if accepted))


def shuffled(documents: Sequence[Pseudo], seed: int) -> list[Pseudo]:
    """The same documents with other pairs taken for right and interactions dealt out anew: what a run must not survive."""
    rng = random.Random(seed)  # noqa: S311 - reproducible shuffling, no secret
    labels = [label for document in documents for label in document.example.right.values()]
    rng.shuffle(labels)
    dealt = iter(labels)
    return [replace(document, example=_dealt(document.example, dealt, rng)) for document in documents]


def _dealt(example: PairExample, labels: Iterator[int], rng: random.Random) -> PairExample:
    kinds = {kind: [at for at, c in enumerate(example.candidates) if c.kind is kind] for kind in EntityKind}
    pairs = list(product(kinds[EntityKind.DRUG], kinds[EntityKind.TARGET]))
    chosen = rng.sample(pairs, len(example.right))
    return replace(example, right={pair: next(labels) for pair in chosen}, unclear=frozenset())


def mixed(corpora: PairCorpora, added: Sequence[PairExample]) -> PairCorpora:
    """Training with what was added."""
    counts = {**corpora.counts, **Counter(example.corpus for example in added)}
    return replace(corpora, training=(*corpora.training, *added), counts=counts)


def balanced(recipe: PairRecipe, gold: Sequence[PairExample], pseudo: int, share: float) -> PairRecipe:
    """The recipe that draws gold at least `share` times as often as `pseudo` documents."""
    weights = {corpus: recipe.weights.get(corpus, 1.0) for corpus in {e.corpus for e in gold}}
    drawn = sum(weights[example.corpus] for example in gold)
    factor = max(1.0, share * pseudo / drawn) if drawn else 1.0
    raised: Mapping[str, float] = {**recipe.weights, **{name: weight * factor for name, weight in sorted(weights.items())}}
    return replace(recipe, weights=raised)

"""The extraction floor: dictionary matches, gradient boosting over pairs, logistic regression for the interaction.

No neural network, nothing about meaning: what a day's work reaches, which a model must beat to be worth its weight. At
least one triplet a document with candidates; the threshold for more is tuned on the training documents, by folds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks._quality.dictionary import Item, Listed, PlainDictionary
from benchmarks._quality.features import Pair, Rarity, pairs
from benchmarks._quality.identity import Case, Identity
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.triplets import Triplet
from dti.evaluation.overlap import Overlap
from dti.lexicon import Lexicon

Floats: TypeAlias = npt.NDArray[np.float64]

_FOLDS = 3
_RAREST_INTERACTION = 10
_THRESHOLDS = tuple(n / 20 for n in range(2, 19))


@dataclass(frozen=True, slots=True)
class _Read:
    """A training document: its pairs, which gold triplet each states, and how many distinct pairs are gold."""

    pairs: Sequence[Pair]
    stated: Sequence[Triplet | None]
    gold: int


@dataclass(frozen=True, slots=True)
class Floor:
    """Documents to triplets; `style` is which of a target's printed names is printed."""

    dictionary: PlainDictionary
    rarity: Rarity
    judge: HistGradientBoostingClassifier
    interaction: Pipeline
    threshold: float
    style: int

    @classmethod
    def train(cls, cases: Sequence[Case], dictionary: PlainDictionary, lexicon: Lexicon) -> Self:
        """Fit on documents with their gold; deterministic."""
        found = [dictionary.find(case.document) for case in cases]
        rarity = Rarity(found)
        identity = Identity(lexicon)
        reads = [_read(case, pairs(case.document, f, rarity), lexicon, identity) for case, f in zip(cases, found, strict=True)]
        stated = [(p, t) for read in reads for p, t in zip(read.pairs, read.stated, strict=True) if t]
        return cls(
            dictionary, rarity, _boosted(reads), _interactions(stated), _threshold(_out_of_fold(reads), reads), _style(stated)
        )

    def __call__(self, documents: Sequence[Document]) -> list[tuple[Triplet, ...]]:
        """Triplets of each document, the likeliest first."""
        return [self._extract(document) for document in documents]

    def _extract(self, document: Document) -> tuple[Triplet, ...]:
        found = pairs(document, self.dictionary.find(document), self.rarity)
        if not found:
            return ()
        kept = [found[n] for n in _chosen(_probabilities(self.judge, found), self.threshold)]
        names = self.interaction.predict([pair.context for pair in kept])
        printed = (
            Triplet(printed_name(pair.drug.item), str(name), printed_name(pair.target.item, self.style))
            for pair, name in zip(kept, names, strict=True)
        )
        return tuple(dict.fromkeys(printed))


def printed_name(item: Item, style: int = 0) -> str:
    """The name in a style, or the last one if the item has fewer."""
    return item.names[min(style, len(item.names) - 1)]


def _read(case: Case, found: Sequence[Pair], lexicon: Lexicon, identity: Identity) -> _Read:
    gold = [(identity.keys(t.drug, EntityKind.DRUG), identity.keys(t.target, EntityKind.TARGET), t) for t in case.gold]

    def curie(listed: Listed) -> str:
        return str(lexicon.entity(listed.entity).curie)

    stated = [
        next((t for drug, target, t in gold if curie(pair.drug) in drug and curie(pair.target) in target), None)
        for pair in found
    ]
    return _Read(found, stated, len({(t.drug, t.target) for t in case.gold}))


def _boosted(reads: Sequence[_Read]) -> HistGradientBoostingClassifier:
    judge = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.06, max_leaf_nodes=15, min_samples_leaf=40, l2_regularization=1.0, random_state=0
    )
    table = np.array([pair.values for read in reads for pair in read.pairs])
    return judge.fit(table, [bool(stated) for read in reads for stated in read.stated])


def _probabilities(judge: HistGradientBoostingClassifier, found: Sequence[Pair]) -> Floats:
    values: Floats = judge.predict_proba(np.array([pair.values for pair in found]))[:, 1]
    return values


def _chosen(probabilities: Floats, threshold: float) -> list[int]:
    """Those above the threshold, the best in any case, best first."""
    order = np.argsort(-probabilities, kind="stable").tolist()
    return [n for rank, n in enumerate(order) if not rank or probabilities[n] >= threshold]


def _out_of_fold(reads: Sequence[_Read]) -> list[Floats]:
    """Each document's probabilities from a model that has not seen the document."""
    judges = [_boosted([read for n, read in enumerate(reads) if n % _FOLDS != fold]) for fold in range(_FOLDS)]
    return [_probabilities(judges[n % _FOLDS], read.pairs) if read.pairs else np.empty(0) for n, read in enumerate(reads)]


def _threshold(probabilities: Sequence[Floats], reads: Sequence[_Read]) -> float:
    """The one with the best mean F1 over documents, of pairs."""

    def mean_f1(threshold: float) -> float:
        return float(np.mean([_f1(p, read, threshold) for p, read in zip(probabilities, reads, strict=True)]))

    return max(_THRESHOLDS, key=mean_f1)


def _f1(probabilities: Floats, read: _Read, threshold: float) -> float:
    kept = _chosen(probabilities, threshold)
    hits = {(t.drug, t.target) for n in kept if (t := read.stated[n])}
    return Overlap(len(hits), len(kept), read.gold).f1


def _interactions(stated: Sequence[tuple[Pair, Triplet]]) -> Pipeline:
    """From the words around a pair to the interaction, of those that training data have often enough."""
    counts = Counter(triplet.interaction.lower() for _, triplet in stated)
    rows = [(p.context, t.interaction.lower()) for p, t in stated if counts[t.interaction.lower()] >= _RAREST_INTERACTION]
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=10.0, max_iter=300)).fit(*map(list, zip(*rows, strict=True)))


def _style(stated: Sequence[tuple[Pair, Triplet]]) -> int:
    """Which of a target's printed names the gold has oftener."""
    votes: Mapping[int, int] = Counter(
        style for pair, t in stated for style in (0, 1) if printed_name(pair.target.item, style) == t.target
    )
    return max((0, 1), key=lambda style: votes.get(style, 0))

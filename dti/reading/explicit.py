"""What the text itself says of a document's pairs, in words that leave no choice; it goes before what a model guesses.

A model counts on habit: most of what it learnt were inhibitors, so it calls an inducer one, and it takes any drug for the
partner of a target that the text gives to another ("the Y1 inhibitor X1 and the Y2 inhibitor X2").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from dti.assertion.statements import Statement, statements
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.identity import normalise_name
from dti.domain.mentions import Candidate
from dti.grounding.sentences import sentences
from dti.vocabulary import default_vocabulary

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Explicit:
    """Labels that the text gives to pairs of candidates, in its order; none for a pair of which it only denies one."""

    labels: Mapping[Pair, tuple[str, ...]]

    @classmethod
    def of(cls, document: Document, candidates: Sequence[Candidate]) -> Explicit:
        """What all sentences of a document say."""
        drugs, targets = (_places(candidates, kind) for kind in (EntityKind.DRUG, EntityKind.TARGET))
        found: dict[Pair, list[str]] = defaultdict(list)
        for said in _said(document, drugs, targets):
            for pair in product(drugs[said.drug], targets[said.target]):
                found[pair].extend([] if said.denied else [said.label])
        return cls({pair: tuple(dict.fromkeys(labels)) for pair, labels in found.items()})

    def label(self, pair: Pair, guessed: str) -> str:
        """The guess, unless the text calls the pair something else that acts in another way."""
        said = self.labels.get(pair, ())
        normalise = default_vocabulary().normalise
        directions = {normalise(label).direction for label in said}
        return guessed if not said or normalise(guessed).direction in directions else said[0]

    def contradicts(self, pair: Pair, candidates: Sequence[Candidate]) -> bool:
        """Whether the pair is of one name, or the text gives the drug another target and the target another drug."""
        drug, target = pair
        if normalise_name(candidates[drug].name) == normalise_name(candidates[target].name):
            return True
        taken = [other for other, labels in self.labels.items() if labels]
        return pair not in self.labels and any(d == drug for d, _ in taken) and any(t == target for _, t in taken)


def _places(candidates: Sequence[Candidate], kind: EntityKind) -> Mapping[Span, tuple[int, ...]]:
    """The candidates of a kind by where they stand; an ambiguous mention is several candidates."""
    places: dict[Span, list[int]] = defaultdict(list)
    for index, candidate in enumerate(candidates):
        for span in candidate.spans if candidate.kind is kind else ():
            places[span].append(index)
    return {span: tuple(indices) for span, indices in places.items()}


def _said(
    document: Document, drugs: Mapping[Span, tuple[int, ...]], targets: Mapping[Span, tuple[int, ...]]
) -> Iterator[Statement]:
    """Statements whose spans count characters of the document."""
    for sentence in sentences(document):
        near = [_inside(spans, sentence) for spans in (drugs, targets)]
        if all(near):
            for said in statements(document.text[sentence.start : sentence.end], *near):
                yield replace(said, drug=_moved(said.drug, sentence.start), target=_moved(said.target, sentence.start))


def _inside(spans: Mapping[Span, object], sentence: Span) -> list[Span]:
    return [_moved(span, -sentence.start) for span in spans if sentence.start <= span.start and span.end <= sentence.end]


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)

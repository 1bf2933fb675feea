"""The comparison the benchmark means: names match one by one, and each item counts once."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from dti.errors import EvaluationError
from dti.evaluation.matching.base import Item
from dti.evaluation.names import abbreviation, body, last_digit_to_roman
from dti.evaluation.overlap import Overlap, total

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_NAMED_IN_ERRORS = 3

Forms: TypeAlias = tuple[frozenset[str], ...]
"""The spellings of each name of an item, any of which identifies it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strict:
    """Two items match if in every slot their names share a spelling, the body or the bracketed abbreviation.

    Precision and recall come from one maximum one-to-one matching; "2" equals "II" and Greek letters count; the pool of
    all documents keeps each item with its document, so that a repeated hallucination is wrong as often as it is made.
    """

    def overlaps(self, predicted: Set[Item], gold: Set[Item]) -> tuple[Overlap, ...]:
        """The single overlap; items that share all their spellings count as one."""
        ours, theirs = _distinct(predicted), _distinct(gold)
        return (Overlap(_matching_size(ours, theirs), len(ours), len(theirs)),)

    def pooled(self, documents: Sequence[tuple[Set[Item], Set[Item]]]) -> tuple[Overlap, ...]:
        """The documents' overlaps added up."""
        return (total(overlap for predicted, gold in documents for overlap in self.overlaps(predicted, gold)),)

    def unknown_documents(self, ids: Sequence[str]) -> None:
        """Refuses them: raises EvaluationError naming the first few."""
        if ids:
            shown = ", ".join(ids[:_NAMED_IN_ERRORS])
            raise EvaluationError(f"{len(ids)} predicted documents are not in the gold file: {shown}")


def spellings(name: str) -> frozenset[str]:
    """Case-folded alphanumerics of the body and of the abbreviation; never empty, empty spellings left out."""
    folded = name.strip().casefold()
    forms = frozenset(normalise(form) for form in (body(folded), abbreviation(folded)))
    return forms - {""} or frozenset({folded})


def normalise(name: str) -> str:
    """The compared string of a name or abbreviation: "Collagenase-type 2" and "collagenase II" -> "collagenaseii"."""
    numbered = last_digit_to_roman(name.casefold()).casefold()
    return _NOT_ALPHANUMERIC.sub("", numbered.replace("-type", ""))


def _distinct(items: Set[Item]) -> tuple[Forms, ...]:
    return tuple({tuple(spellings(name) for name in item) for item in items})


def _matching_size(predicted: Sequence[Forms], gold: Sequence[Forms]) -> int:
    """Size of a maximum matching by shortest augmenting paths."""
    candidates = _candidates(predicted, gold)
    partner: dict[int, int] = {}
    return sum(_augment(index, candidates, partner) for index in range(len(predicted)))


def _candidates(predicted: Sequence[Forms], gold: Sequence[Forms]) -> Mapping[int, tuple[int, ...]]:
    """For each predicted item the gold items it could match, by index."""
    by_spelling: defaultdict[Item, set[int]] = defaultdict(set)
    for index, forms in enumerate(gold):
        for spelled in product(*forms):
            by_spelling[spelled].add(index)
    return {
        index: tuple(sorted(set[int]().union(*(by_spelling.get(spelled, ()) for spelled in product(*forms)))))
        for index, forms in enumerate(predicted)
    }


def _augment(start: int, candidates: Mapping[int, Sequence[int]], partner: dict[int, int]) -> bool:
    """Whether predicted item `start` found a gold item, others changing theirs along the way where that helps."""
    path: dict[int, tuple[int, int | None]] = {}  # gold item: who asks for it, and which one the asker would give up
    waiting: deque[tuple[int, int | None]] = deque([(start, None)])
    while waiting:
        asker, given_up = waiting.popleft()
        for gold in candidates[asker]:
            if gold in path:
                continue
            path[gold] = asker, given_up
            if gold not in partner:
                _reassign(gold, path, partner)
                return True
            waiting.append((partner[gold], gold))
    return False


def _reassign(free: int, path: Mapping[int, tuple[int, int | None]], partner: dict[int, int]) -> None:
    """Gives each asker along `path` what it asked for, from the free gold item back to the start."""
    gold: int | None = free
    while gold is not None:
        partner[gold], gold = path[gold]

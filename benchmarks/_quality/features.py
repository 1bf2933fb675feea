"""What the floor's boosting sees of a document's pairs of candidates."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from benchmarks._quality.dictionary import Listed
from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.grounding.sentences import sentences

MOST = 10
"""Candidates of a kind that a document's pairs are made of."""

_FAR = 2_000.0
_CUES = tuple(
    re.compile(stem, re.IGNORECASE)
    for stem in (
        r"\binhibit", r"\bantagon|\bblock", r"\bagonis", r"\bactivat|\bstimulat", r"\bbind|\bbound|\baffinit|\bligand",
        r"\bsubstrate|\bmetaboli|\bcofactor", r"\bK[id]\b|\bIC50|\bEC50|\bnM\b", r"\bselective|\bpotent|\btarget",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """A drug and a target of one document; `context` is the sentences that name both, or else the whole text."""

    drug: Listed
    target: Listed
    values: tuple[float, ...]
    context: str


class Rarity:
    """How seldom entities are named, as log inverse document frequency; a word mistaken for a name is common."""

    def __init__(self, found: Sequence[Sequence[Listed]]) -> None:
        counts: dict[int, int] = {}
        for listed in found:
            for item in listed:
                counts[item.entity] = counts.get(item.entity, 0) + 1
        self._counts: Mapping[int, int] = counts
        self._documents = len(found)

    def __call__(self, listed: Listed) -> float:
        """At least 0."""
        return math.log((1 + self._documents) / (1 + self._counts.get(listed.entity, 0)))


class _Layout:
    """A document's sentences, and in which of them a name stands."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        self.title = len(document.title)
        self.spans = sentences(document)
        self._starts = [span.start for span in self.spans]

    def of(self, spans: Sequence[Span]) -> frozenset[int]:
        return frozenset(max(0, bisect_right(self._starts, span.start) - 1) for span in spans)


def pairs(document: Document, found: Sequence[Listed], rarity: Rarity) -> list[Pair]:
    """Pairs of the drugs and targets that the document names most for how common they are."""
    layout = _Layout(document)

    def weight(listed: Listed) -> float:
        in_title = any(span.start < layout.title for span in listed.spans)
        return (len(listed.spans) + 2 * in_title) * rarity(listed)

    ends = []
    for kind in EntityKind:
        ranked = sorted((item for item in found if item.item.kind is kind), key=weight, reverse=True)
        kept = ranked[:MOST]
        ends.append([(item, _alone(layout, item, rank, rarity), len(ranked)) for rank, item in enumerate(kept)])
    drugs, targets = ends
    return [
        Pair(drug, target, (*own, *theirs, float(many), float(more), *together), context)
        for (drug, own, many), (target, theirs, more) in product(drugs, targets)
        for together, context in [_together(layout, drug, target)]
    ]


def _alone(layout: _Layout, listed: Listed, rank: int, rarity: Rarity) -> tuple[float, ...]:
    first = listed.spans[0]
    return (
        float(len(listed.spans)),
        float(sum(span.start < layout.title for span in listed.spans)),
        first.start / max(1, len(layout.text)),
        listed.spans[-1].start / max(1, len(layout.text)),
        rarity(listed),
        float(max(span.end - span.start for span in listed.spans)),
        float(rank),
        float(len(listed.item.names)),
    )


def _together(layout: _Layout, drug: Listed, target: Listed) -> tuple[tuple[float, ...], str]:
    both = sorted(layout.of(drug.spans) & layout.of(target.spans))
    gap = min((_gap(a, b) for a, b in product(drug.spans, target.spans)), key=abs, default=_FAR)
    written = " ".join(layout.text[layout.spans[n].start : layout.spans[n].end] for n in both)
    cues = (float(len(cue.findall(written))) for cue in _CUES)
    same = float(any(a.overlaps(b) for a, b in product(drug.spans, target.spans)))
    return (float(len(both)), float(0 in both), abs(gap), float(gap > 0), same, *cues), written or layout.text


def _gap(drug: Span, target: Span) -> float:
    """Characters between two names, positive if the drug comes first."""
    return float(target.start - drug.end) if drug.start < target.start else float(target.end - drug.start)

"""Which candidates of a document a model is shown, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.mentions import Candidate
from dti.mentions.candidates import candidates
from dti.mentions.recogniser import Recogniser


def select(found: Iterable[Candidate], most: int) -> tuple[Candidate, ...]:
    """At most `most` drugs, then at most `most` targets, the ones the document is most likely about first.

    Candidates that print alike are one, so that a name tells which is meant.
    """
    merged = _merged(found)
    return tuple(c for kind in EntityKind for c in sorted((c for c in merged if c.kind is kind), key=_order)[:most])


def selector(recogniser: Recogniser, most: int) -> Callable[[Document], tuple[Candidate, ...]]:
    """From a document to the candidates to show."""
    return lambda document: select(candidates(document, recogniser.find(document)), most)


def _order(candidate: Candidate) -> tuple[bool, bool, int, int]:
    return (candidate.rank > 0, not candidate.in_title, -candidate.frequency, candidate.spans[0].start)


def _merged(found: Iterable[Candidate]) -> Sequence[Candidate]:
    merged: dict[tuple[EntityKind, str], Candidate] = {}
    for candidate in found:
        key = (candidate.kind, candidate.name)
        other = merged.get(key)
        merged[key] = _joined(candidate, other) if other else candidate
    return tuple(merged.values())


def _joined(one: Candidate, other: Candidate) -> Candidate:
    better = min(one, other, key=lambda c: (c.rank, -c.score))
    spans = tuple(sorted({*one.spans, *other.spans}, key=lambda span: (span.start, span.end)))
    return replace(better, spans=spans, in_title=one.in_title or other.in_title)

"""A document with its candidates as a pair model reads it: tokens, where the candidates stand, features."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.mentions import Candidate
from dti.model.vocabulary import Vocabulary
from dti.pairing import Features, Frequencies, describe

TEXT, DRUG, TARGET = 0, 1, 2
KINDS = 3
_KIND_OF = {EntityKind.DRUG: DRUG, EntityKind.TARGET: TARGET}


@dataclass(frozen=True, slots=True)
class PairSource:
    """Token ids with the kind of name each belongs to; per candidate its mentions as token indices; features of all pairs.

    A candidate whose every mention lies behind the limit has no mentions, and its pairs are judged by their features alone.
    """

    ids: tuple[int, ...]
    kinds: tuple[int, ...]
    mentions: tuple[tuple[tuple[int, ...], ...], ...]
    features: Features
    truncated: bool


def encode(
    document: Document, candidates: Sequence[Candidate], vocabulary: Vocabulary, frequencies: Frequencies, limit: int
) -> PairSource:
    """At most `limit` tokens."""
    encoding, truncated = vocabulary.read(document.text, limit)
    ids = encoding.ids
    starts, ends = ([offsets[side] for offsets in encoding.offsets[1:-1]] for side in (0, 1))

    def tokens(span: Span) -> tuple[int, ...]:
        # The first and the last token are the sequence's own; they stand for no text.
        within = range(bisect_right(ends, span.start), bisect_left(starts, span.end))
        return tuple(at + 1 for at in within)

    mentions = tuple(tuple(filter(None, (tokens(span) for span in c.spans))) for c in candidates)
    kinds = [TEXT] * len(ids)
    for candidate, found in zip(candidates, mentions, strict=True):
        for at in (token for mention in found for token in mention):
            kinds[at] = _KIND_OF[candidate.kind]
    return PairSource(tuple(ids), tuple(kinds), mentions, describe(document, candidates, frequencies), truncated)

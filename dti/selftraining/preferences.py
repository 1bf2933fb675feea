"""Preference pairs from curators' verdicts: of one document's triplets, which is better than which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from dti.domain.triplets import Triplet
from dti.selftraining.verdicts import REJECTED, Verdict

OVER_REJECTED, OVER_ORIGINAL = "accepted over rejected", "edited over original"


@dataclass(frozen=True, slots=True)
class Preference:
    """`chosen` is better than `rejected` for the document; `why` is the rule that says so."""

    document: str
    chosen: Triplet
    rejected: Triplet
    why: str

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def preferences(verdicts: Sequence[Verdict]) -> list[Preference]:
    """Accepted and edited triplets over rejected ones of the same document, edited ones over their originals; ties give none.

    A triplet that is accepted by one verdict and rejected by another, or edited into itself, is a tie.
    """
    ordered = sorted(verdicts, key=lambda verdict: verdict.document.id)
    found = (p for _, group in groupby(ordered, key=lambda verdict: verdict.document.id) for p in _of_document(list(group)))
    return list(dict.fromkeys(found))


def _of_document(verdicts: Sequence[Verdict]) -> Iterator[Preference]:
    key = verdicts[0].document.id
    better = dict.fromkeys(verdict.triplet for verdict in verdicts if verdict.verdict != REJECTED)
    worse = dict.fromkeys(verdict.triplet for verdict in verdicts if verdict.verdict == REJECTED)
    disputed = {triplet for triplet in better if triplet in worse}
    for verdict in verdicts:
        if verdict.original and verdict.original not in better and verdict.triplet not in disputed:
            yield Preference(key, verdict.triplet, verdict.original, OVER_ORIGINAL)
    for chosen in better:
        for rejected in worse:
            if not {chosen, rejected} & disputed:
                yield Preference(key, chosen, rejected, OVER_REJECTED)

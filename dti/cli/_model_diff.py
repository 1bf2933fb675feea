"""What one model finds and another does not, in the same documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dti.domain.evidence import Claim, Extraction
from dti.domain.identity import normalise_name, triplet_key


class Kind(StrEnum):
    """GAINED only the second finds, LOST only the first; FLIPPED: the same pair by another interaction; RESCORED."""

    GAINED = "gained"
    LOST = "lost"
    FLIPPED = "flipped"
    RESCORED = "rescored"


@dataclass(frozen=True, slots=True)
class Difference:
    """One triplet on which two models differ; `before` and `after` are (interaction, confidence), None where not found."""

    kind: Kind
    document: str
    drug: str
    target: str
    before: tuple[str, float] | None
    after: tuple[str, float] | None


@dataclass(slots=True)
class Comparison:
    """Differences as they are found, and what both models say alike."""

    least: float = 0.01
    documents: int = 0
    same: int = 0

    def differences(self, pairs: Iterable[tuple[Extraction, Extraction]]) -> Iterator[Difference]:
        """Differences document by document; a confidence that moved by less than `least` is the same."""
        for before, after in pairs:
            self.documents += 1
            yield from self._of(str(before.document.key), _claims(before), _claims(after))

    def _of(self, document: str, before: Mapping[str, Claim], after: Mapping[str, Claim]) -> Iterator[Difference]:
        for key in before.keys() & after.keys():
            if abs(before[key].confidence - after[key].confidence) >= self.least:
                yield _difference(Kind.RESCORED, document, before[key], after[key])
            else:
                self.same += 1
        lost = [before[key] for key in before if key not in after]
        gained = {_pair(after[key]): after[key] for key in after if key not in before}
        for claim in lost:
            other = gained.pop(_pair(claim), None)
            yield _difference(Kind.LOST if other is None else Kind.FLIPPED, document, claim, other)
        for claim in gained.values():
            yield _difference(Kind.GAINED, document, None, claim)


def _claims(extraction: Extraction) -> dict[str, Claim]:
    return {triplet_key(claim.triplet, claim.drug.curie, claim.target.curie): claim for claim in extraction.claims}


def _pair(claim: Claim) -> tuple[str, str]:
    return (
        claim.drug.curie or normalise_name(claim.triplet.drug),
        claim.target.curie or normalise_name(claim.triplet.target),
    )


def _difference(kind: Kind, document: str, before: Claim | None, after: Claim | None) -> Difference:
    shown = after or before
    if shown is None:
        raise ValueError("a difference is of something")
    return Difference(kind, document, shown.triplet.drug, shown.triplet.target, _said(before), _said(after))


def _said(claim: Claim | None) -> tuple[str, float] | None:
    return None if claim is None else (claim.triplet.interaction, round(claim.confidence, 4))

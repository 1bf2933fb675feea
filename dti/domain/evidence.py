"""Where a document says it, and how sure we are."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dti.domain.documents import Document
from dti.domain.entities import Link
from dti.domain.identity import Run
from dti.domain.triplets import Triplet


class Polarity(StrEnum):
    """Whether the sentence affirms or denies the claim; UNASSESSED where nobody looked."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    UNASSESSED = "unassessed"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of `Document.text`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence behind a claim. A name that is not in the text has no span; it is never guessed."""

    sentence: str = ""
    sentence_span: Span | None = None
    drug_span: Span | None = None
    target_span: Span | None = None
    polarity: Polarity = Polarity.UNASSESSED

    @property
    def grounded(self) -> bool:
        """Whether both names were found in the text."""
        return self.drug_span is not None and self.target_span is not None


@dataclass(frozen=True, slots=True)
class Claim:
    """A triplet with its confidence in [0, 1], its identifiers and its evidence in one document."""

    triplet: Triplet
    confidence: float
    evidence: Evidence
    drug: Link = field(default_factory=Link)
    target: Link = field(default_factory=Link)


class Outcome(StrEnum):
    """How extraction from one document ended."""

    EXTRACTED = "extracted"
    NO_TRIPLET = "no_triplet"
    NO_ABSTRACT = "no_abstract"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that one run found in one document; `reason` explains every outcome but EXTRACTED."""

    document: Document
    run: Run
    outcome: Outcome
    claims: tuple[Claim, ...] = ()
    reason: str = ""
    truncated: bool = False

"""Protocol of the ways to read a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.domain.triplets import Located


@dataclass(frozen=True, slots=True)
class Proposal:
    """A triplet, by candidates where it points at some, and the calibrated probability in [0, 1] that it is right."""

    located: Located
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model found in one document; `reason` says why it found nothing. `truncated`: a length limit cut the text."""

    proposals: tuple[Proposal, ...]
    reason: str = ""
    truncated: bool = False


class Reader(Protocol):
    """One loaded checkpoint."""

    @property
    def points(self) -> bool:
        """Whether it reads candidates at all."""

    @property
    def decoding(self) -> str:
        """How it searches, with settings, the same in every process."""

    def read(self, documents: Sequence[Document], candidates: Sequence[Sequence[Candidate]]) -> list[Reading]:
        """One reading per document, in order."""

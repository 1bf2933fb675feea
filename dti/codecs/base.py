"""Protocol of the codec family: triplets to target sequence and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dti.domain.documents import Document
from dti.domain.mentions import Candidate
from dti.domain.triplets import Parsed, Triplet

_ENDS_IN_WORD = re.compile(r"\w\Z")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may come next in a sequence: these markers, a piece of text, the end."""

    markers: frozenset[str] = frozenset()
    text: bool = False
    end: bool = False


Grammar = Callable[[Sequence[str]], Allowed]
"""From the tokens so far to what may come next; there is always something."""


class Codec(Protocol):
    """How a sequence model reads a document and writes triplets.

    A codec that `points` lets the model choose among `candidates`; the same ones, in the same order, must be given to all four
    methods. Any other codec ignores them.
    """

    @property
    def points(self) -> bool:
        """Whether candidates are of use."""

    @property
    def markers(self) -> tuple[str, ...]:
        """Strings that the vocabulary must hold as single tokens."""

    def source(self, document: Document, candidates: Sequence[Candidate] = (), style: str = "") -> str:
        """The text that the encoder reads; `style` names the labelling habits to follow, where the codec knows any."""

    def render(self, triplets: Sequence[Triplet], candidates: Sequence[Candidate] = ()) -> str:
        """The target sequence; an empty field is rendered as it is and parses back as a fault."""

    def parse(self, text: str, candidates: Sequence[Candidate] = ()) -> Parsed:
        """Read a generation; never raises, what is no triplet is a fault."""

    def grammar(self, candidates: Sequence[Candidate] = ()) -> Grammar:
        """What generations may look like: a sequence that keeps to it and ends parses without a fault."""


def title_and_abstract(document: Document) -> str:
    """Title, then a space if it ends in punctuation else ". ", then the abstract (the benchmark's rule)."""
    if not (document.title and document.abstract):
        return document.text
    return f"{document.title}{'. ' if _ENDS_IN_WORD.search(document.title) else ' '}{document.abstract}"

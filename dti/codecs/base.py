"""Protocol of the codec family: triplets to target sequence and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from dti.domain.documents import Document
from dti.domain.triplets import Parsed, Triplet

_ENDS_IN_WORD = re.compile(r"\w\Z")


class Codec(Protocol):
    """How a sequence model reads a document and writes triplets."""

    @property
    def markers(self) -> tuple[str, ...]:
        """Strings that the vocabulary must hold as single tokens."""

    def source(self, document: Document) -> str:
        """The text that the encoder reads."""

    def render(self, triplets: Sequence[Triplet]) -> str:
        """The target sequence; an empty field is rendered as it is and parses back as a fault."""

    def parse(self, text: str) -> Parsed:
        """Read a generation; never raises, what is no triplet is a fault."""


def title_and_abstract(document: Document) -> str:
    """Title, then a space if it ends in punctuation else ". ", then the abstract (the benchmark's rule)."""
    if not (document.title and document.abstract):
        return document.text
    return f"{document.title}{'. ' if _ENDS_IN_WORD.search(document.title) else ' '}{document.abstract}"

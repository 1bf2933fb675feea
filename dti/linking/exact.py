"""The plain option: a name is what the lexicon says of it, whatever the text."""

from __future__ import annotations

from dataclasses import dataclass

from dti.domain.documents import Document
from dti.domain.entities import EntityKind, Link
from dti.lexicon import Lexicon
from dti.linking._weights import weigh
from dti.linking.base import chosen


@dataclass(frozen=True, kw_only=True)
class Exact:
    """Names as the lexicon folds them: case, hyphens, Greek letters and plural endings do not count."""

    lexicon: Lexicon

    def link(self, name: str, kind: EntityKind, document: Document | None = None) -> Link:  # noqa: ARG002 - the family's signature
        """The strongest reading of the name; ambiguous if two are equally strong."""
        return chosen(weigh(self.lexicon, name, kind), "exact")

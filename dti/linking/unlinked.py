"""The null option: names stay names."""

from __future__ import annotations

from dataclasses import dataclass

from dti.domain.documents import Document
from dti.domain.entities import EntityKind, Link
from dti.lexicon import Lexicon


@dataclass(frozen=True, kw_only=True)
class Unlinked:
    """Links nothing, whatever the lexicon."""

    lexicon: Lexicon | None = None

    def link(self, name: str, kind: EntityKind, document: Document | None = None) -> Link:  # noqa: ARG002 - the family's signature
        """An empty link."""
        return Link()

"""The null option: names stay names."""

from __future__ import annotations

from dataclasses import dataclass

from dti.domain.entities import EntityKind, Link


@dataclass(frozen=True, kw_only=True)
class Unlinked:
    """Links nothing."""

    def link(self, name: str, kind: EntityKind) -> Link:  # noqa: ARG002 - the family's signature
        """An empty link."""
        return Link()

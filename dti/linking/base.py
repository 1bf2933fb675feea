"""Protocol of the linking family: a name to what it refers to."""

from __future__ import annotations

from typing import Protocol

from dti.domain.entities import EntityKind, Link


class Linker(Protocol):
    """Resolves names; a name it does not know is an empty link, never an error."""

    def link(self, name: str, kind: EntityKind) -> Link:
        """What `name` refers to, as a drug or as a target."""

"""Names and what they may refer to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

Curie = NewType("Curie", str)


class EntityKind(StrEnum):
    """The two ends of an interaction."""

    DRUG = "drug"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing with an identifier; `curie` in Bioregistry spelling, `taxon` an NCBITaxon number or ""."""

    curie: Curie
    name: str
    kind: EntityKind
    taxon: str = ""


@dataclass(frozen=True, slots=True)
class LinkAlternative:
    """Another thing that a name may mean; scores in (0, 1] order the alternatives of one name."""

    entity: Entity
    score: float


@dataclass(frozen=True, slots=True)
class Link:
    """What a name was resolved to; `entity` None means unlinked, which is kept, not dropped.

    `alternatives` are other readings, best first. Without an entity they are what could not be told apart.
    """

    entity: Entity | None = None
    score: float = 0.0
    method: str = "none"
    alternatives: tuple[LinkAlternative, ...] = ()

    @property
    def curie(self) -> Curie | None:
        """The identifier, None where there is none."""
        return self.entity.curie if self.entity else None

    @property
    def ambiguous(self) -> bool:
        """Whether the name is known but not what it means here."""
        return self.entity is None and bool(self.alternatives)

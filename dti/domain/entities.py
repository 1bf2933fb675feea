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
class Link:
    """What a name was resolved to; `entity` None means unlinked, which is kept, not dropped."""

    entity: Entity | None = None
    score: float = 0.0
    method: str = "none"

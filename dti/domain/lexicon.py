"""What a lexicon says of one thing: its identifiers, its names, what kind of thing it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from dti.domain.entities import Curie, EntityKind


class NameType(IntEnum):
    """How a name relates to its entity, from the most to the least binding."""

    CANONICAL = 0
    SYNONYM = 1
    SYMBOL = 2
    ABBREVIATION = 3
    BRAND = 4
    VARIANT = 5
    WEAK = 6


class Hint(IntFlag):
    """What sort of substance or target the sources call an entity; flags combine."""

    NONE = 0
    APPROVED = 1
    EXPERIMENTAL = 2
    INVESTIGATIONAL = 4
    NUTRIENT = 8
    ILLICIT = 16
    WITHDRAWN = 32
    BIOTECH = 64
    FAMILY = 128


@dataclass(frozen=True, slots=True)
class Name:
    """One name of an entity, as its source spells it; `source` is the source's registry name."""

    text: str
    type: NameType
    source: str


@dataclass(frozen=True, slots=True)
class LexiconEntity:
    """An entity with all that the lexicon holds; `same` are its other identifiers, `members` the parts of a family.

    `taxon` is an NCBITaxon number, or "" where the sources do not say.
    """

    curie: Curie
    kind: EntityKind
    names: tuple[Name, ...]
    taxon: str = ""
    hints: Hint = Hint.NONE
    same: tuple[Curie, ...] = ()
    members: tuple[Curie, ...] = ()

    def printed(self, source: str) -> str:
        """The name that `source` prints for it; "" if that source does not list it."""
        return next((name.text for name in self.names if name.source == source and name.type is NameType.CANONICAL), "")

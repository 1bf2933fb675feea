"""Names of drugs and targets found in a document, before anyone decides which of them interact."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.lexicon import LexiconEntity


class Found(StrEnum):
    """How a mention was found."""

    NAME = "name"
    ELLIPSIS = "ellipsis"
    ABBREVIATION = "abbreviation"
    PATTERN = "pattern"
    TAGGER = "tagger"


@dataclass(frozen=True, slots=True)
class Alternative:
    """An entity that a mention may mean, with a score in (0, 1] that orders a mention's alternatives."""

    entity: LexiconEntity
    score: float


@dataclass(frozen=True, slots=True)
class EntityMention:
    """One occurrence. `alternatives` are best first; none if the text names something that no lexicon lists."""

    span: Span
    kind: EntityKind
    alternatives: tuple[Alternative, ...]
    found: Found = Found.NAME
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a document may be about: an entity (or an unlisted name) with its mentions.

    `names` is what to print, by style (a lexicon source, or "surface" for the document's own spelling), the preferred style
    first; a style may stand twice. `score` in (0, 1] is that of the best mention. `rank` is 0 where the entity is the best
    reading of some mention.
    """

    kind: EntityKind
    names: tuple[tuple[str, str], ...]
    spans: tuple[Span, ...]
    score: float
    rank: int
    in_title: bool
    entity: LexiconEntity | None = None

    @property
    def name(self) -> str:
        """The name of the preferred style."""
        return self.names[0][1]

    @property
    def frequency(self) -> int:
        """How often the document names it."""
        return len(self.spans)

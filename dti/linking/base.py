"""Protocol of the linking family: a name to what it refers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dti.domain.documents import Document
from dti.domain.entities import Entity, EntityKind, Link, LinkAlternative
from dti.domain.lexicon import LexiconEntity, NameType

_MOST = 5
_GENES = ("hgnc:", "fplx:")


class Linker(Protocol):
    """Resolves names; a name it does not know, or cannot tell, is a link without an entity, never an error."""

    def link(self, name: str, kind: EntityKind, document: Document | None = None) -> Link:
        """What `name` refers to, as a drug or as a target; `document` is where it was read."""


def entity_of(found: LexiconEntity) -> Entity:
    """A lexicon's entity under the first name that a source prints for it; genes and families under their own number."""
    printed = (name.text for name in found.names if name.type is NameType.CANONICAL)
    ids = (found.curie, *found.same) if found.kind is EntityKind.TARGET else ()
    curie = next((id_ for prefix in _GENES for id_ in ids if id_.startswith(prefix)), found.curie)
    return Entity(curie, next(printed, found.names[0].text), found.kind, found.taxon)


def chosen(scored: Sequence[tuple[float, LexiconEntity]], method: str, margin: float = 0.0) -> Link:
    """A link to the best of the alternatives; to none of them if the next of another name is as good, within `margin`."""
    ranked = sorted(scored, key=lambda item: (-item[0], item[1].curie))
    alternatives = tuple(LinkAlternative(entity_of(entity), score) for score, entity in ranked[:_MOST])
    if not alternatives:
        return Link()
    best = alternatives[0]
    others = [item for item in alternatives if item.entity.name.casefold() != best.entity.name.casefold()]
    if others and best.score - others[0].score <= margin:
        return Link(None, 0.0, "ambiguous", alternatives)
    return Link(best.entity, best.score, method, alternatives[1:])

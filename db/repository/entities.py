"""Drugs and targets with an identifier, and every name under which they may be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.mapping import NameRow, indexed_name, storable
from db.repository.bulk import stage
from dti.domain.lexicon import LexiconEntity

_NAMES = ", ".join(f"{name} text" for name in NameRow._fields)
_ADD_ENTITIES = """
INSERT INTO entities (curie, kind, name, taxon)
SELECT DISTINCT ON (curie) curie, kind, entity, taxon FROM stage_names WHERE curie <> '' ORDER BY curie, entity
ON CONFLICT (curie) DO NOTHING
"""
_ADD_NAMES = """
INSERT INTO names (kind, folded, name, curie)
SELECT DISTINCT ON (folded COLLATE "C", kind, curie) kind, folded, name, curie FROM stage_names WHERE folded <> ''
ORDER BY folded COLLATE "C", kind, curie, name
ON CONFLICT (folded, kind, curie) DO NOTHING
"""
_ADD_IDENTIFIERS = """
INSERT INTO identifiers (identifier, curie) SELECT DISTINCT identifier, curie FROM stage_identifiers ORDER BY identifier, curie
ON CONFLICT (identifier, curie) DO NOTHING
"""


def add_names(session: Session, rows: Sequence[NameRow]) -> None:
    """Store names and the entities they are linked to; what is there already stays."""
    if rows:
        stage(session, "stage_names", _NAMES, sorted(set(rows)))
        session.execute(text(_ADD_ENTITIES))
        session.execute(text(_ADD_NAMES))


def describe(session: Session, entities: Iterable[LexiconEntity]) -> None:
    """Store what a lexicon knows of entities, so that any of their names and identifiers finds their triplets."""
    found = {entity.curie: entity for entity in entities}
    add_names(session, [row for entity in found.values() for row in _name_rows(entity)])
    same = [(other, entity.curie) for entity in found.values() for other in entity.same if other != entity.curie]
    if same:
        stage(session, "stage_identifiers", "identifier text, curie text", same)
        session.execute(text(_ADD_IDENTIFIERS))


def _name_rows(entity: LexiconEntity) -> list[NameRow]:
    texts = dict.fromkeys(storable(name.text) for name in entity.names)
    printed = next(iter(texts), entity.curie)
    return [NameRow(entity.kind.value, indexed_name(name), name, entity.curie, printed, entity.taxon) for name in texts]

"""Curated pairs, and what they make of our triplets. A reader of the knowledge base: nothing else looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.curated import CuratedPair
from db.mapping import indexed_name, storable
from db.repository.bulk import affected, copy_rows
from dti.domain.interactions import Interaction

_COLUMNS = ("source", "drug", "target", "action", "interaction_type", "direction", "reference", "drug_keys", "target_keys")
_REFERENCE = 500

# An end is the same if it shares a name or an identifier with a curated end, its linked entity's other names included.
_COMPARE = """
UPDATE triplets t SET curated = new.agreement FROM (
  SELECT t.id, CASE
      WHEN bool_or(lower(c.action) = t.interaction_name
                   OR c.interaction_type = t.interaction_type AND c.interaction_type <> 'unknown') THEN 'known'
      WHEN bool_or((t.direction, c.direction) IN (('activating', 'inhibitory'), ('inhibitory', 'activating')))
           AND NOT bool_or(c.direction = t.direction) THEN 'contradicts'
      WHEN count(c.id) > 0 THEN 'other_action'
      ELSE 'new' END AS agreement
  FROM triplets t
  CROSS JOIN LATERAL (SELECT array_agg(key) AS keys FROM (
    SELECT t.drug_name AS key UNION ALL SELECT t.drug_curie WHERE t.drug_curie IS NOT NULL
    UNION ALL SELECT folded COLLATE "default" FROM names WHERE curie = t.drug_curie AND curie <> ''
    UNION ALL SELECT identifier FROM identifiers WHERE curie = t.drug_curie) AS all_keys) AS drug
  CROSS JOIN LATERAL (SELECT array_agg(key) AS keys FROM (
    SELECT t.target_name AS key UNION ALL SELECT t.target_curie WHERE t.target_curie IS NOT NULL
    UNION ALL SELECT folded COLLATE "default" FROM names WHERE curie = t.target_curie AND curie <> ''
    UNION ALL SELECT identifier FROM identifiers WHERE curie = t.target_curie) AS all_keys) AS target
  LEFT JOIN curated c ON c.drug_keys && drug.keys AND c.target_keys && target.keys
  WHERE t.id = ANY(:ids) GROUP BY t.id
) AS new WHERE new.id = t.id AND t.curated <> new.agreement
"""


def replace(session: Session, source: str, pairs: Iterable[CuratedPair], normalise: Callable[[str], Interaction]) -> int:
    """Put these pairs in the place of all that `source` had; returns how many. `normalise` reads an action."""
    session.execute(text("DELETE FROM curated WHERE source = :source"), {"source": source})
    copy_rows(session, "curated", _COLUMNS, (row for pair in pairs if (row := _row(source, pair, normalise))))
    return session.scalar(text("SELECT count(*) FROM curated WHERE source = :source"), {"source": source}) or 0


def _row(source: str, pair: CuratedPair, normalise: Callable[[str], Interaction]) -> tuple[object, ...] | None:
    drugs, targets = _keys(pair.drug_names, pair.drug_ids), _keys(pair.target_names, pair.target_ids)
    if not drugs or not targets:
        return None
    interaction = normalise(pair.action)
    shown = ((*names, *ids)[0] for names, ids in ((pair.drug_names, pair.drug_ids), (pair.target_names, pair.target_ids)))
    return (
        source,
        *map(storable, shown),
        storable(pair.action),
        interaction.type.value,
        interaction.direction.value,
        storable(pair.reference)[:_REFERENCE],
        drugs,
        targets,
    )


def _keys(names: Sequence[str], ids: Sequence[str]) -> list[str]:
    return [*dict.fromkeys([*(indexed_name(storable(name)) for name in names), *map(storable, ids)])]


def compare(session: Session, triplet_ids: Sequence[int]) -> int:
    """Say of these triplets how curated sources see them; returns how many that changed. Does nothing where none is loaded."""
    if not session.scalar(text("SELECT EXISTS (SELECT FROM curated)")):
        return 0
    return affected(session, _COMPARE, ids=list(triplet_ids))


def chunks(session: Session, size: int) -> Iterator[list[int]]:
    """The ids of all triplets, ascending."""
    last = 0
    query = text("SELECT id FROM triplets WHERE id > :last ORDER BY id LIMIT :size")
    while ids := list(session.scalars(query, {"last": last, "size": size})):
        yield ids
        last = ids[-1]

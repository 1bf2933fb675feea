"""Names and identifiers: what they may mean, and what a user may be about to type."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.mapping import indexed_name, storable
from db.queries.identifiers import spellings
from db.queries.views import NameView
from dti.domain.entities import EntityKind

# Only keys in use: with one of them left the planner reads the end's triplets in order of belief.
_KEYS = """
SELECT k FROM (
  SELECT unnest(CAST(:own AS text[])) UNION (
    SELECT curie FROM names WHERE folded = :folded AND kind = :kind AND curie <> ''
    UNION SELECT i.curie FROM identifiers i JOIN entities e ON e.curie = i.curie
    WHERE i.identifier = ANY(CAST(:values AS text[])) AND e.kind = :kind
    ORDER BY 1 LIMIT :most)
) AS possible (k) WHERE EXISTS (SELECT FROM triplets WHERE {column} = k) ORDER BY k
"""
_USED_AS = {
    EntityKind.DRUG: text(_KEYS.format(column="drug_key")),
    EntityKind.TARGET: text(_KEYS.format(column="target_key")),
}
_BEGINNING = """
SELECT folded, kind, name, curie FROM names WHERE folded LIKE :beginning AND (:kind = '' OR kind = :kind)
ORDER BY folded, kind, curie LIMIT :limit
"""
_INSIDE = """
SELECT folded, kind, name, curie FROM names
WHERE folded LIKE :inside AND folded NOT LIKE :beginning AND (:kind = '' OR kind = :kind)
ORDER BY folded, kind, curie LIMIT :limit
"""
_SHORTEST_INSIDE = 3  # letters; fewer stand inside of nearly every name
_MOST_MEANINGS = 50


def keys(session: Session, value: str, kind: EntityKind) -> list[str]:
    """What triplets' ends are stored under, for a name in any spelling, any synonym or any identifier."""
    value = storable(value)
    folded = indexed_name(value)
    values = spellings(value.strip())
    given = {"own": [folded, *values], "folded": folded, "kind": kind.value, "values": values, "most": _MOST_MEANINGS}
    return list(session.scalars(_USED_AS[kind], given))


def complete(session: Session, typed: str, kind: EntityKind | None = None, limit: int = 10) -> list[NameView]:
    """Names that begin with what was typed, in order of code points, then those that have it inside.

    The order is the same with and without pg_trgm, which only makes the second part quicker.
    """
    escaped = indexed_name(storable(typed)).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if not escaped:
        return []
    parameters = {"beginning": f"{escaped}%", "inside": f"%{escaped}%", "kind": kind.value if kind else ""}
    rows = session.execute(text(_BEGINNING), parameters | {"limit": limit}).all()
    if len(rows) < limit and len(escaped) >= _SHORTEST_INSIDE:
        rows = [*rows, *session.execute(text(_INSIDE), parameters | {"limit": limit - len(rows)})]
    return [NameView(row.name, EntityKind(row.kind), row.curie or None) for row in rows]

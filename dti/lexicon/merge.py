"""Records of several sources that mean the same thing become one entity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, LexiconEntity, Name, NameType
from dti.lexicon.base import Record

# An entity has at most one identifier of each of these; a mapping that would give it two is not believed. So the enzymes of one
# viral polyprotein stay apart, though they share its UniProt entry.
_ANCHORS = frozenset(("drugbank", "hgnc", "uniprot", "uniprot.mnemonic", "fplx", "iuphar.family", "ttd.target"))
_PREFERRED = (
    "drugbank", "hgnc", "uniprot", "fplx", "iuphar.receptor", "iuphar.family", "drugbankv4.target", "ttd.target",
    "drugcentral", "chembl.target", "chebi", "mesh", "mgi", "rgd",
)  # fmt: skip
_RANK = {prefix: rank for rank, prefix in enumerate(_PREFERRED)}


_Thing = tuple[Curie, EntityKind]  # a set of identifiers, as one of the two kinds


class _Groups:
    """Disjoint sets of identifiers."""

    def __init__(self) -> None:
        self._parent: dict[Curie, Curie] = {}
        self._anchors: dict[Curie, dict[str, Curie]] = {}

    def find(self, item: Curie) -> Curie:
        """The identifier that stands for the item's set."""
        root = item
        while (above := self._parent.setdefault(root, root)) != root:
            root = above
        while self._parent[item] != root:
            self._parent[item], item = root, self._parent[item]
        if root not in self._anchors:
            prefix = _prefix(root)
            self._anchors[root] = {prefix: root} if prefix in _ANCHORS else {}
        return root

    def join(self, one: Curie, other: Curie) -> None:
        """Make the two the same, unless they have different identifiers of one anchor namespace."""
        first, second = self.find(one), self.find(other)
        mine, theirs = self._anchors[first], self._anchors[second]
        if first != second and all(mine.get(prefix, anchor) == anchor for prefix, anchor in theirs.items()):
            self._parent[second] = first
            mine |= theirs


def merge(records: Iterable[tuple[str, Record]]) -> tuple[LexiconEntity, ...]:
    """Entities of (source name, record) pairs; where sources disagree the earlier record wins."""
    kept = list(records)
    groups = _Groups()
    for _, record in kept:
        for other in record.ids[1:]:
            groups.join(record.ids[0], other)
    together: dict[_Thing, list[tuple[str, Record]]] = defaultdict(list)
    for source, record in kept:
        together[groups.find(record.ids[0]), record.kind].append((source, record))
    primary = _primary(together, groups)
    return tuple(
        _entity((root, kind), group, groups, primary)
        for (root, kind), group in together.items()
        if any(r.names for _, r in group)
    )


def _primary(together: Mapping[_Thing, list[tuple[str, Record]]], groups: _Groups) -> Mapping[_Thing, Curie]:
    """The identifier that each set is known by, as a drug and as a target."""
    return {thing: min(_own(thing[0], group, groups), key=_order) for thing, group in together.items()}


def _own(root: Curie, group: Iterable[tuple[str, Record]], groups: _Groups) -> tuple[Curie, ...]:
    return tuple(dict.fromkeys(id_ for _, record in group for id_ in record.ids if groups.find(id_) == root))


def _entity(thing: _Thing, group: list[tuple[str, Record]], groups: _Groups, primary: Mapping[_Thing, Curie]) -> LexiconEntity:
    root, kind = thing
    curie = primary[thing]
    taxa = [record.taxon for _, record in group if record.taxon]
    hints = Hint.NONE
    for _, record in group:
        hints |= record.hints
    members = dict.fromkeys(primary.get((groups.find(id_), kind), id_) for _, record in group for id_ in record.members)
    return LexiconEntity(
        curie=curie,
        kind=kind,
        names=_names(group),
        taxon=next((taxon for taxon in taxa if taxon != "-"), "").strip("-"),
        hints=hints,
        same=tuple(id_ for id_ in _own(root, group, groups) if id_ != curie),
        members=tuple(members),
    )


def _names(group: Iterable[tuple[str, Record]]) -> tuple[Name, ...]:
    """Each spelling once, under its strongest type; what a source prints always stays."""
    names: dict[tuple[str, str], Name] = {}
    seen: dict[str, NameType] = {}
    for source, record in group:
        for text, name_type in record.names:
            low = text.casefold()
            if name_type is NameType.CANONICAL or low not in seen or seen[low] > name_type:
                names.setdefault((low, source if name_type is NameType.CANONICAL else ""), Name(text, name_type, source))
                seen[low] = min(name_type, seen.get(low, name_type))
    return tuple(names.values())


def _order(curie: Curie) -> tuple[int, str]:
    return _RANK.get(_prefix(curie), len(_RANK)), curie


def _prefix(curie: Curie) -> str:
    return curie.partition(":")[0]

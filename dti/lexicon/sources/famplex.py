"""FamPlex: protein families and complexes (CC0)."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import HUMAN, Record, curie, typed


@dataclass(frozen=True, kw_only=True)
class FamPlex:
    """Families with the strings that papers use for them, and their human members by gene symbol."""

    files: ClassVar[tuple[str, ...]] = tuple(f"famplex/{name}.csv" for name in ("entities", "grounding_map", "relations"))

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a family or complex."""
        members = _members(folder / self.files[2])
        texts: dict[str, list[str]] = defaultdict(list)
        for row in _rows(folder / self.files[1]):
            if len(row) >= 3 and row[1] == "FPLX":
                texts[row[2]].append(row[0])
        for id_, *_ in _rows(folder / self.files[0]):
            yield Record(
                ids=(curie("fplx", id_),),
                kind=EntityKind.TARGET,
                names=(*typed(NameType.CANONICAL, (id_.replace("_", " "),)), *typed(NameType.SYNONYM, texts.get(id_, ()))),
                taxon=HUMAN,
                hints=Hint.FAMILY,
                members=members.get(id_, ()),
            )


def _members(path: Path) -> Mapping[str, tuple[Curie, ...]]:
    """Genes of each family, by way of subfamilies too."""
    children: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows(path):
        if len(row) >= 5 and row[3] == "FPLX" and row[0] in {"HGNC", "FPLX"}:
            children[row[4]].append((row[0], row[1]))
    return {family: tuple(dict.fromkeys(_genes(family, children, ()))) for family in list(children)}


def _genes(family: str, children: Mapping[str, list[tuple[str, str]]], above: tuple[str, ...]) -> Iterator[Curie]:
    for namespace, child in children.get(family, ()):
        if namespace == "HGNC":
            yield curie("hgnc.symbol", child)
        elif child not in above:
            yield from _genes(child, children, (*above, family))


def _rows(path: Path) -> Iterator[list[str]]:
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            yield from (row for row in csv.reader(stream) if row)

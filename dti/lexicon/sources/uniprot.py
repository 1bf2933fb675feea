"""UniProt's reviewed human proteins (CC BY 4.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import HUMAN, Record, curies, rows, typed

_COLUMNS = ("Entry", "Entry name", "Protein names", "Gene names")
_CLEAVED = re.compile(r"\s*\[(?:Cleaved into|Includes):.*", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class UniProt:
    """Recommended and alternative protein names, gene names."""

    files: ClassVar[tuple[str, ...]] = ("uniprot/uniprot_human.tsv",)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a protein."""
        for row in rows(folder / self.files[0], _COLUMNS):
            first, *others = _names(_CLEAVED.sub("", row["Protein names"]))
            yield Record(
                ids=(*curies("uniprot", (row["Entry"],)), *curies("uniprot.mnemonic", (row["Entry name"],))),
                kind=EntityKind.TARGET,
                names=(
                    *typed(NameType.CANONICAL, (first,)),
                    *typed(NameType.SYNONYM, (name for name in others if not name.startswith("EC "))),
                    *typed(NameType.SYMBOL, row["Gene names"].split()),
                ),
                taxon=HUMAN,
            )


def _names(field: str) -> list[str]:
    """The names of "First name (second) (third (with bracket))".

    A bracket that a name goes on behind, as in "DNA (cytosine-5)-methyltransferase 1", is part of the name.
    """
    names, start, at = [], 0, 0
    while (at := field.find(" (", at)) >= 0:
        end = _closing(field, at + 1)
        if field[end : end + 1].strip():
            at = end
            continue
        names += [field[start:at], field[at + 2 : end].removesuffix(")")]
        start = at = end
    return [name for name in (*(name.strip() for name in names), field[start:].strip()) if name] or [field]


def _closing(field: str, at: int) -> int:
    """Where the bracket that opens at `at` is over: behind its partner, or the field's end if it has none."""
    depth = 0
    for end in range(at, len(field)):
        depth += (field[end] == "(") - (field[end] == ")")
        if depth == 0:
            return end + 1
    return len(field)

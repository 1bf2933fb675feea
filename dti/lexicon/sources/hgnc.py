"""HGNC's complete set: symbols and names of human genes (CC0)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import HUMAN, Record, curies, rows, typed

_COLUMNS = (
    "hgnc_id",
    "symbol",
    "name",
    "locus_group",
    "alias_symbol",
    "alias_name",
    "prev_symbol",
    "prev_name",
    "uniprot_ids",
    "entrez_id",
)


@dataclass(frozen=True, kw_only=True)
class Hgnc:
    """Protein-coding genes."""

    files: ClassVar[tuple[str, ...]] = ("hgnc/hgnc_complete_set.txt.gz",)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a gene."""
        for row in rows(folder / self.files[0], _COLUMNS):
            if row["locus_group"] != "protein-coding gene":
                continue
            symbols = [
                symbol.strip('"') for column in ("alias_symbol", "prev_symbol") for symbol in row[column].strip('"').split("|")
            ]
            names = [name for column in ("alias_name", "prev_name") for name in row[column].strip('"').split("|")]
            yield Record(
                ids=(
                    *curies("hgnc", (row["hgnc_id"].removeprefix("HGNC:"),)),
                    *curies("uniprot", row["uniprot_ids"].strip('"').split("|")[:1]),
                    *curies("ncbigene", (row["entrez_id"],)),
                    *curies("hgnc.symbol", (row["symbol"],)),
                ),
                kind=EntityKind.TARGET,
                names=(
                    *typed(NameType.SYMBOL, (row["symbol"], *symbols)),
                    *typed(NameType.CANONICAL, (row["name"],)),
                    *typed(NameType.SYNONYM, names),
                ),
                taxon=HUMAN,
            )

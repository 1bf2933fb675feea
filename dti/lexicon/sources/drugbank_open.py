"""DrugBank's open vocabulary (CC0)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import Record, curies, rows, typed

_COLUMNS = ("DrugBank ID", "Common name", "CAS", "UNII", "Synonyms", "Standard InChI Key")


@dataclass(frozen=True, kw_only=True)
class DrugBankOpen:
    """Common names and synonyms of drugs."""

    files: ClassVar[tuple[str, ...]] = ("drugbank_open/drugbank_vocabulary.csv",)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a drug."""
        for row in rows(folder / self.files[0], _COLUMNS, delimiter=",", quoted=True):
            prefixes = (("drugbank", "DrugBank ID"), ("cas", "CAS"), ("unii", "UNII"), ("inchikey", "Standard InChI Key"))
            yield Record(
                ids=tuple(c for prefix, column in prefixes for c in curies(prefix, (row[column],))),
                kind=EntityKind.DRUG,
                names=(
                    *typed(NameType.CANONICAL, (row["Common name"],)),
                    *typed(NameType.SYNONYM, row["Synonyms"].split(" | ")),
                ),
            )

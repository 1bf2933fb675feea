"""Tables that join identifiers of chemicals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.lexicon.base import Record, curie, rows

_PREFIXES = {"CHEBI": "chebi", "CHEMBL": "chembl.compound"}


@dataclass(frozen=True, kw_only=True)
class ChemicalXrefs:
    """DrugBank to ChEBI and ChEMBL; no names."""

    files: ClassVar[tuple[str, ...]] = ("xrefs/drugbank_mappings.tsv",)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a mapping."""
        for row in rows(folder / self.files[0], ("DRUGBANK_ID", "NAMESPACE", "ID")):
            if prefix := _PREFIXES.get(row["NAMESPACE"]):
                yield Record(ids=(curie("drugbank", row["DRUGBANK_ID"]), curie(prefix, row["ID"])), kind=EntityKind.DRUG)

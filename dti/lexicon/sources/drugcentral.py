"""DrugCentral's drugs with their identifiers elsewhere (CC BY 4.0)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import Record, curie, rows, typed

_PREFIXES = {
    "DRUGBANK_ID": "drugbank",
    "CHEBI": "chebi",
    "ChEMBL_ID": "chembl.compound",
    "UNII": "unii",
    "PUBCHEM_CID": "pubchem.compound",
    "MESH_DESCRIPTOR_UI": "mesh",
    "MESH_SUPPLEMENTAL_RECORD_UI": "mesh",
}


@dataclass(frozen=True, kw_only=True)
class DrugCentral:
    """Approved drugs under their non-proprietary names."""

    files: ClassVar[tuple[str, ...]] = ("drugcentral/identifiers.tsv",)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a drug."""
        ids: dict[tuple[str, str], list[Curie]] = defaultdict(list)
        for row in rows(folder / self.files[0], ("DRUG_ID", "DRUG_NAME", "ID_TYPE", "IDENTIFIER"), quoted=True):
            same = ids[row["DRUG_ID"], row["DRUG_NAME"]]
            if prefix := _PREFIXES.get(row["ID_TYPE"]):
                same.append(curie(prefix, row["IDENTIFIER"].removeprefix("CHEBI:")))
        for (id_, name), same in ids.items():
            yield Record(
                ids=(curie("drugcentral", id_), *same),
                kind=EntityKind.DRUG,
                names=typed(NameType.CANONICAL, (name,)),
                hints=Hint.APPROVED,
            )

"""What identifiers of MeSH that have been retired stood for, as DrugCentral's table of identifiers (CC BY 4.0) keeps them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from dti.domain.entities import Curie

_TABLE = "lexicons/names/drugcentral/identifiers.tsv"
_RETIRED = "MESH_SUPPLEMENTAL_RECORD_UI"
_NOW = {"DRUGBANK_ID": "drugbank", "CHEBI": "chebi", "MESH_DESCRIPTOR_UI": "mesh"}


def successors(data: Path) -> Mapping[Curie, frozenset[Curie]]:
    """Identifiers of the same substance, by supplementary record; empty without the table."""
    path = data / _TABLE
    if not path.exists():
        return {}
    own: dict[str, list[Curie]] = defaultdict(list)
    other: dict[str, set[Curie]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if row["ID_TYPE"] == _RETIRED:
                own[row["DRUG_ID"]].append(Curie(f"mesh:{row['IDENTIFIER']}"))
            elif prefix := _NOW.get(row["ID_TYPE"]):
                other[row["DRUG_ID"]].add(Curie(f"{prefix}:{row['IDENTIFIER'].removeprefix('CHEBI:')}"))
    return {curie: frozenset(other[drug]) for drug, retired in own.items() for curie in retired}

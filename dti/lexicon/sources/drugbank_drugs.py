"""DrugBank's drugs with synonyms, salts and brands, as tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import Record, curie, curies, rows, typed

_FOLDER = "drugbank_5.1.8"
_EXTERNAL = {
    "ChEBI": "chebi",
    "ChEMBL": "chembl.compound",
    "PubChem Compound": "pubchem.compound",
    "KEGG Drug": "kegg.drug",
    "KEGG Compound": "kegg.compound",
}
_HINTS = {
    "approved": Hint.APPROVED,
    "vet_approved": Hint.APPROVED,
    "experimental": Hint.EXPERIMENTAL,
    "investigational": Hint.INVESTIGATIONAL,
    "nutraceutical": Hint.NUTRIENT,
    "illicit": Hint.ILLICIT,
    "withdrawn": Hint.WITHDRAWN,
}


@dataclass(frozen=True, kw_only=True)
class DrugBankDrugs:
    """Prints DrugBank's drug names; names in other languages than English and Latin are left out."""

    files: ClassVar[tuple[str, ...]] = tuple(
        f"{_FOLDER}/{name}.tsv" for name in ("drugs", "drug_synonyms", "drug_salts", "drug_brands", "drug_external_ids")
    )

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a drug."""
        base = folder / _FOLDER
        names = _names(base)
        external = _external(base)
        for row in rows(base / "drugs.tsv", ("drugbank_id", "type", "name", "cas_number", "unii", "groups", "inchikey")):
            id_ = row["drugbank_id"]
            own = (("cas", "cas_number"), ("unii", "unii"), ("inchikey", "inchikey"))
            ids = [curie("drugbank", id_), *(c for prefix, column in own for c in curies(prefix, (row[column],)))]
            yield Record(
                ids=(*ids, *(curie(prefix, identifier) for prefix, identifier in external.get(id_, ()))),
                kind=EntityKind.DRUG,
                names=(*typed(NameType.CANONICAL, (row["name"],)), *names.get(id_, ())),
                hints=_hints(row["groups"], row["type"]),
            )


def _hints(groups: str, type_: str) -> Hint:
    hints = Hint.BIOTECH if type_ == "biotech" else Hint.NONE
    for group in groups.split("|"):
        hints |= _HINTS.get(group, Hint.NONE)
    return hints


def _names(base: Path) -> Mapping[str, list[tuple[str, NameType]]]:
    names: dict[str, list[tuple[str, NameType]]] = defaultdict(list)
    for row in rows(base / "drug_synonyms.tsv", ("drugbank_id", "synonym", "language")):
        if not row["language"] or "english" in row["language"] or "latin" in row["language"]:
            names[row["drugbank_id"]] += typed(NameType.SYNONYM, (row["synonym"],))
    for file, column, name_type in (("salts", "salt_name", NameType.SYNONYM), ("brands", "brand", NameType.BRAND)):
        for row in rows(base / f"drug_{file}.tsv", ("drugbank_id", column)):
            names[row["drugbank_id"]] += typed(name_type, (row[column],))
    return names


def _external(base: Path) -> Mapping[str, list[tuple[str, str]]]:
    external: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows(base / "drug_external_ids.tsv", ("resource", "identifier", "drugbank_id")):
        if prefix := _EXTERNAL.get(row["resource"]):
            external[row["drugbank_id"]].append((prefix, row["identifier"].removeprefix("CHEBI:")))
    return external

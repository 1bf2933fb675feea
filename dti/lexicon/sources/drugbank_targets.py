"""DrugBank's biological entities: proteins, complexes and other things that drugs act on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import HUMAN, Record, curie, curies, rows, typed

_FOLDER = "drugbank_5.1.8"
_COMPONENT_SITE = "Binding Site"


@dataclass(frozen=True, kw_only=True)
class DrugBankTargets:
    """Prints DrugBank's target names. An entity of one protein is that protein; one of several is a family of them."""

    files: ClassVar[tuple[str, ...]] = tuple(
        f"{_FOLDER}/{name}.tsv" for name in ("be_targets", "be_synonyms", "be_polypeptides", "be_external_ids")
    )

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a biological entity."""
        base = folder / _FOLDER
        synonyms = _grouped(base / "be_synonyms.tsv", "synonym")
        hgnc = _hgnc(base / "be_external_ids.tsv")
        proteins = _proteins(base / "be_polypeptides.tsv")
        for row in rows(base / "be_targets.tsv", ("be_id", "name", "alt_names", "organism", "genes", "uniprot")):
            id_ = row["be_id"]
            mine = proteins.get(id_, {})
            alone = len(mine) == 1 and not _is_complex(row["name"])
            names = (
                *typed(NameType.CANONICAL, (row["name"],)),
                *typed(NameType.SYNONYM, (*row["alt_names"].split("|"), *synonyms.get(id_, ()))),
                *(typed(NameType.SYMBOL, row["genes"].replace("|", ";").split(";")) if alone else ()),
            )
            same = (*mine, *hgnc.get(id_, ())) if alone else ()
            yield Record(
                ids=(curie("drugbankv4.target", id_), *same),
                kind=EntityKind.TARGET,
                names=names,
                taxon=HUMAN if row["organism"] == "Humans" else next(iter(mine.values()), "-") if mine else "-",
                hints=Hint.NONE if alone else Hint.FAMILY,
                members=() if alone else tuple(mine),
            )


def _is_complex(name: str) -> bool:
    """Entities that stand for a whole receptor though only one of its chains is listed."""
    return name.endswith((" Receptor", _COMPONENT_SITE))


def _grouped(path: Path, column: str) -> Mapping[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows(path, ("be_id", column)):
        groups[row["be_id"]].append(row[column])
    return groups


def _hgnc(path: Path) -> Mapping[str, tuple[Curie, ...]]:
    return {
        row["be_id"]: curies("hgnc", (row["identifier"].removeprefix("HGNC:").removeprefix("GNC:"),))
        for row in rows(path, ("be_id", "resource", "identifier"))
        if row["resource"].endswith("(HGNC)")
    }


def _proteins(path: Path) -> Mapping[str, dict[Curie, str]]:
    """UniProt identifiers of each entity, with their taxa."""
    proteins: dict[str, dict[Curie, str]] = defaultdict(dict)
    for row in rows(path, ("be_id", "uniprot", "taxid")):
        proteins[row["be_id"]] |= dict.fromkeys(curies("uniprot", (row["uniprot"],)), row["taxid"])
    return proteins

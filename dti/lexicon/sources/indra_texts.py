"""Strings that INDRA's curators grounded to one protein (BSD 2-clause)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import Record, curies, typed

_PREFIXES = {"UP": "uniprot", "HGNC": "hgnc.symbol"}


@dataclass(frozen=True, kw_only=True)
class GroundedTexts:
    """Further names of genes that other sources list."""

    files: ClassVar[tuple[str, ...]] = ("indra/resources/grounding/grounding_map.csv",)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a string."""
        path = folder / self.files[0]
        if not path.exists():
            return
        with path.open(encoding="utf-8", newline="") as stream:
            for text, namespace, identifier, *_ in csv.reader(stream):
                if (prefix := _PREFIXES.get(namespace)) and identifier.isalnum():
                    yield Record(
                        ids=curies(prefix, (identifier,)), kind=EntityKind.TARGET, names=typed(NameType.SYNONYM, (text,))
                    )

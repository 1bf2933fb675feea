"""Guide to Pharmacology: targets and their families."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import HUMAN, Record, curie, curies, rows, typed

_COLUMNS = (
    "Family id", "Family name", "Target id", "Target name", "Target systematic name", "Target abbreviated name", "synonyms",
    "HGNC id", "HGNC symbol", "Human SwissProt",
)  # fmt: skip
_MARKUP = re.compile(r"</?[a-z]+>", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class GtoPdb:
    """Receptors, channels and enzymes under pharmacologists' names; families with their members."""

    files: ClassVar[tuple[str, ...]] = ("gtopdb/targets_and_families.csv",)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a target, then one a family."""
        families: dict[tuple[str, str], list[Curie]] = defaultdict(list)
        for raw in rows(folder / self.files[0], _COLUMNS, delimiter=",", quoted=True):
            row = {column: plain(value) for column, value in raw.items()}
            record = _target(row)
            families[row["Family id"], row["Family name"]].append(record.ids[0])
            yield record
        for (id_, name), members in families.items():
            yield Record(
                ids=(curie("iuphar.family", id_),),
                kind=EntityKind.TARGET,
                names=typed(NameType.CANONICAL, (name,)),
                taxon=HUMAN,
                hints=Hint.FAMILY,
                members=tuple(members),
            )


def _target(row: dict[str, str]) -> Record:
    same = (*curies("hgnc", (row["HGNC id"],)), *curies("uniprot", row["Human SwissProt"].split("|")))
    return Record(
        ids=(curie("iuphar.receptor", row["Target id"]), *(same if len(same) <= 2 else ())),
        kind=EntityKind.TARGET,
        names=(
            *typed(NameType.CANONICAL, (row["Target name"],)),
            *typed(NameType.SYNONYM, (row["Target systematic name"], *row["synonyms"].split("|"))),
            *typed(NameType.SYMBOL, (row["Target abbreviated name"], row["HGNC symbol"])),
        ),
        taxon=HUMAN,
        members=() if len(same) <= 2 else same,
    )


def plain(text: str) -> str:
    """Text without mark-up and entities."""
    return _MARKUP.sub("", html.unescape(text))

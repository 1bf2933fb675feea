"""Synonyms of drugs and targets, to recognise a labelled name under the form its document uses."""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dti.training.surface import fold, forms

_SHORTEST = 3
_BRACKETS = re.compile(r"\(([^()]+)\)")


class Synonyms:
    """Groups of names that mean the same thing."""

    def __init__(self, groups: Iterable[Iterable[str]] = ()) -> None:
        self._groups: list[tuple[str, ...]] = []
        self._index: dict[str, list[int]] = defaultdict(list)
        for group in groups:
            self._add(tuple(dict.fromkeys(name for name in group if _usable(name))))

    def _add(self, names: tuple[str, ...]) -> None:
        for key in {fold(name) for name in names}:
            self._index[key].append(len(self._groups))
        self._groups.append(names)

    def of(self, name: str) -> tuple[str, ...]:
        """The name's own forms first, then every synonym, longest first."""
        own = forms(name)
        groups = dict.fromkeys(group for form in own for group in self._index.get(fold(form), ()))
        others = {synonym for group in groups for synonym in self._groups[group]}
        return (*own, *sorted(others.difference(own), key=lambda synonym: (-len(synonym), synonym)))

    def preferred(self) -> tuple[str, ...]:
        """The first name of every group."""
        return tuple(group[0] for group in self._groups if group)


def drug_synonyms(folder: Path) -> Synonyms:
    """Drug names, synonyms, salts and brands of DrugBank; empty where the lexicon is absent."""
    source = folder / "drugbank_5.1.8"
    columns = (
        ("drugs.tsv", "name"),
        ("drug_synonyms.tsv", "synonym"),
        ("drug_salts.tsv", "salt_name"),
        ("drug_brands.tsv", "brand"),
    )
    return Synonyms(_grouped(source, "drugbank_id", columns).values())


def target_synonyms(folder: Path) -> Synonyms:
    """Target names of DrugBank and TTD, proteins of UniProt and genes of HGNC; empty where absent."""
    drugbank = _grouped(folder / "drugbank_5.1.8", "be_id", (("be_targets.tsv", "name"), ("be_synonyms.tsv", "synonym")))
    for row in _rows(folder / "drugbank_5.1.8" / "be_targets.tsv"):
        drugbank[row["be_id"]].extend(re.split(r"[;|]", row["genes"]))
    return Synonyms([*drugbank.values(), *_uniprot(folder), *_hgnc(folder), *_ttd(folder)])


def _usable(name: str) -> bool:
    key = fold(name)
    return len(key) >= _SHORTEST and any(char.isalpha() for char in key)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if not path.exists():
        return
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)


def _grouped(folder: Path, key: str, columns: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for file, column in columns:
        for row in _rows(folder / file):
            groups[row[key]].append(row[column])
    return groups


def _uniprot(folder: Path) -> Iterator[list[str]]:
    for row in _rows(folder / "uniprot" / "uniprot_human.tsv"):
        full = row["Protein names"]
        yield [full.split(" (", maxsplit=1)[0], *_BRACKETS.findall(full), *row["Gene names"].split()]


def _hgnc(folder: Path) -> Iterator[list[str]]:
    for row in _rows(folder / "hgnc" / "hgnc_complete_set.txt.gz"):
        aliases = "|".join(row[column] for column in ("alias_symbol", "alias_name", "prev_symbol", "prev_name"))
        yield [row["symbol"], row["name"], *(alias.strip('"') for alias in aliases.split("|"))]


def _ttd(folder: Path) -> Iterator[list[str]]:
    path = folder / "ttd" / "P2-01-TTD_uniprot_all.txt"
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and fields[1] == "TARGNAME":
            yield list(forms(fields[2]))

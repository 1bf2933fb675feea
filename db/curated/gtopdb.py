"""Guide to Pharmacology's interactions.csv."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from db.curated.base import CuratedPair, ids, present, rows

_MARKUP = re.compile(r"<[^>]+>")
# Actions that say how a ligand does what its type says, or nothing.
_ONLY_HOW = re.compile(
    r"|none|unknown|mixed|binding|(?:non-)?competitive|neutral|biphasic|subunit-specific|slows inactivation|biased agonist"
    r"|(?:voltage-dependent|feedback) inhibition|positive|negative"
)


class GtoPdb:
    """Both spellings of the header are read ("Target UniProt ID", target_uniprot); a line with the version may come first."""

    def pairs(self, path: Path) -> Iterator[CuratedPair]:
        """One pair per row that names a target; "Antagonist" is an action, or else the type is one."""
        for row in rows(path, ("target", "target_id", "ligand", "ligand_id", "action"), delimiter=",", skip="#"):
            if not row["target_id"].strip("0"):  # acts on another ligand
                continue
            yield CuratedPair(
                drug_names=present(_plain(row["ligand"])),
                drug_ids=ids("iuphar.ligand", row["ligand_id"]),
                target_names=present(_plain(row["target"]), *row.get("target_gene_symbol", "").split("|")),
                target_ids=(*ids("iuphar.receptor", row["target_id"]), *ids("uniprot", *_accessions(row))),
                action=_action(row),
                reference=row.get("pubmed_id", "").replace("|", " "),
            )


def _accessions(row: Mapping[str, str]) -> list[str]:
    return (row.get("target_uniprot_id") or row.get("target_uniprot") or "").split("|")


def _action(row: Mapping[str, str]) -> str:
    """The action, and the type of action where that alone says which way it acts ("Allosteric modulator", "Positive")."""
    action, kind = row["action"].strip().lower(), row.get("type", "").strip().lower()
    if action in {"positive", "negative"} and kind == "allosteric modulator":
        return f"{action} {kind}"
    return kind if kind and _ONLY_HOW.fullmatch(action) else action


def _plain(text: str) -> str:
    return _MARKUP.sub("", text)

"""DrugCentral's drug.target.interaction.tsv."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from db.curated.base import CuratedPair, ids, present, rows


class DrugCentral:
    """A row may name several proteins, separated by |: the parts of one complex."""

    def pairs(self, path: Path) -> Iterator[CuratedPair]:
        """One pair per row."""
        for row in rows(path, ("drug_name", "struct_id", "target_name", "accession", "gene", "action_type")):
            yield CuratedPair(
                drug_names=present(row["drug_name"]),
                drug_ids=ids("drugcentral", row["struct_id"]),
                target_names=present(row["target_name"], *row["gene"].split("|")),
                target_ids=ids("uniprot", *row["accession"].split("|")),
                action=row["action_type"].lower(),
                reference=row.get("moa_source", "") or row.get("act_source", ""),
            )

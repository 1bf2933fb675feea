"""DrugBank's drug-target tables: proteins with actions, or bare pairs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from db.curated.base import CuratedPair, ids, present, rows


class DrugBank:
    """Rows of `drugbank_id` with `uniprot_id` (and `actions`, separated by |), or with DrugBank's own `be_id`."""

    def pairs(self, path: Path) -> Iterator[CuratedPair]:
        """One pair per action, and one per row without any; what DrugBank knows not to act is left out."""
        for row in rows(path, ("drugbank_id",)):
            targets = (*ids("uniprot", row.get("uniprot_id", "")), *ids("drugbankv4.target", row.get("be_id", "")))
            if not targets or row.get("known_action") == "no":
                continue
            for action in present(*row.get("actions", "").split("|")) or ("",):
                yield CuratedPair(
                    drug_ids=ids("drugbank", row["drugbank_id"]),
                    target_ids=(*targets, *ids("ncbigene", row.get("entrez_gene_id", ""))),
                    action=action,
                    reference=row.get("pubmed_ids", "").replace("|", " "),
                )

"""DGIdb's interactions.tsv."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from db.curated.base import CuratedPair, ids, present, rows


class DgiDb:
    """The release with `interaction_types`; the source of each row is its reference."""

    def pairs(self, path: Path) -> Iterator[CuratedPair]:
        """One pair per interaction type, and one per row without any."""
        columns = ("gene_name", "gene_claim_name", "entrez_id", "interaction_claim_source", "interaction_types", "drug_name")
        for row in rows(path, columns):
            drugs = present(row["drug_name"], row.get("drug_claim_primary_name", ""), row.get("drug_claim_name", ""))
            compounds = ids("chembl.compound", row.get("drug_concept_id", "").removeprefix("chembl:"))
            genes = present(row["gene_name"])
            if not (drugs or compounds) or not (genes or row["entrez_id"]):
                continue
            for action in present(*row["interaction_types"].split(",")) or ("",):
                yield CuratedPair(
                    drug_names=drugs,
                    drug_ids=compounds,
                    target_names=genes,
                    target_ids=ids("ncbigene", row["entrez_id"]),
                    action=action,
                    reference=row["interaction_claim_source"],
                )

"""ChEMBL drug mechanisms, as CSV with ChEMBL identifiers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from db.curated.base import CuratedPair, ids, present, rows


class Chembl:
    """Columns `molecule_chembl_id`, `target_chembl_id`, `action_type`, `mechanism_of_action`."""

    def pairs(self, path: Path) -> Iterator[CuratedPair]:
        """One pair per mechanism that names a target; the target is called what the mechanism says before the action."""
        for row in rows(path, ("molecule_chembl_id", "target_chembl_id", "action_type"), delimiter=","):
            if not (row["molecule_chembl_id"] and row["target_chembl_id"]):
                continue
            action = row["action_type"].replace("_", " ").lower()
            mechanism = row.get("mechanism_of_action", "")
            yield CuratedPair(
                drug_ids=ids("chembl.compound", row["molecule_chembl_id"]),
                target_ids=ids("chembl.target", row["target_chembl_id"]),
                target_names=present(mechanism[: -len(action)] if action and mechanism.lower().endswith(action) else ""),
                action=action,
                reference=mechanism,
            )

"""What the contract tests ask of every family of options."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType


def members(family: ModuleType) -> set[str]:
    """The names of a family's files, without its protocol and what its members share."""
    return {path.stem for path in Path(family.__path__[0]).glob("*.py") if not path.stem.startswith("_")} - {"base"}

"""What a reader said of pairs, one by one: documents and pairs by identifiers and sums only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

_DIGITS = 12

Key: TypeAlias = tuple[str, str]
"""A document and the sum of a pair."""


def pair_sum(drug: str, target: str) -> str:
    """Stands for a pair by two names."""
    return hashlib.sha256(f"{drug}\t{target}".encode()).hexdigest()[:_DIGITS]


def read_verdicts(path: Path) -> Mapping[Key, str]:
    """Verdicts by document and pair, from lines of three columns behind comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {(document, pair): verdict for document, pair, verdict in rows}

"""Modes of the hard match: how two sets of names or triplets are compared."""

from __future__ import annotations

from dti.evaluation.matching.base import Matching
from dti.evaluation.matching.compat import Compat
from dti.evaluation.matching.strict import Strict
from dti.registry import Registry

MATCHINGS: Registry[Matching] = Registry("matching mode", {"compat": Compat, "strict": Strict})

__all__ = ["MATCHINGS", "Matching"]

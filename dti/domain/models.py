"""Models as the registry keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ModelState(StrEnum):
    """CANDIDATE was never served, ACTIVE is what workers read with, RETIRED was; REJECTED is a record without files."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    RETIRED = "retired"
    REJECTED = "rejected"


class PromotionKind(StrEnum):
    """How a model came to be active; a rollback undoes a promotion and cannot be undone by another one."""

    PROMOTION = "promotion"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something to the registry, and why."""

    who: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """What the registry is told of a checkpoint; `sha256` is that of its SHA256SUMS, `metrics` the gate's figures."""

    sha256: str
    name: str
    card: Mapping[str, object]
    parent: str | None = None
    metrics: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""

"""Keys that never depend on evidence, and the run that stands behind every result."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

from dti.domain.entities import Curie
from dti.domain.triplets import Triplet

TripletKey = NewType("TripletKey", str)

_SPACE = re.compile(r"\s+")


def normalise_name(name: str) -> str:
    """NFKC, case-folded, single spaces: the form under which unlinked names are the same name."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", name)).strip().casefold()


def triplet_key(triplet: Triplet, drug: Curie | None = None, target: Curie | None = None) -> TripletKey:
    """Hash of drug, interaction and target; identifiers where known, normalised names where not."""
    parts = (
        drug or normalise_name(triplet.drug),
        normalise_name(triplet.interaction),
        target or normalise_name(triplet.target),
    )
    return TripletKey(hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32])


@dataclass(frozen=True, slots=True)
class Run:
    """What produced a result: enough to produce it again."""

    model: str
    checkpoint_sha256: str
    code_version: str
    decoding: str = ""
    lexicon_sha256: str = ""

    @property
    def id(self) -> str:
        """Stable over machines and restarts: a hash of all fields."""
        parts = (self.model, self.checkpoint_sha256, self.code_version, self.decoding, self.lexicon_sha256)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

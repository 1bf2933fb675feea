"""What kind of interaction a label names, and which way it acts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """What the drug does to the target's activity.

    NEUTRAL relations change no activity by themselves (a substrate, a binder); UNCLEAR is a change whose sign the label
    leaves open (a modulator), or a label that says nothing.
    """

    ACTIVATING = "activating"
    INHIBITORY = "inhibitory"
    NEUTRAL = "neutral"
    UNCLEAR = "unclear"


class InteractionType(StrEnum):
    """Normalised interaction types; UNKNOWN for a label that names none of them."""

    INHIBITOR = "inhibitor"
    ANTISENSE_INHIBITOR = "antisense_inhibitor"
    ANTAGONIST = "antagonist"
    PARTIAL_ANTAGONIST = "partial_antagonist"
    INVERSE_AGONIST = "inverse_agonist"
    AGONIST = "agonist"
    PARTIAL_AGONIST = "partial_agonist"
    BLOCKER = "blocker"
    OPENER = "opener"
    MODULATOR = "modulator"
    POSITIVE_MODULATOR = "positive_modulator"
    NEGATIVE_MODULATOR = "negative_modulator"
    ALLOSTERIC_MODULATOR = "allosteric_modulator"
    POSITIVE_ALLOSTERIC_MODULATOR = "positive_allosteric_modulator"
    NEGATIVE_ALLOSTERIC_MODULATOR = "negative_allosteric_modulator"
    ACTIVATOR = "activator"
    STIMULATOR = "stimulator"
    POTENTIATOR = "potentiator"
    INDUCER = "inducer"
    SUPPRESSOR = "suppressor"
    UPREGULATOR = "upregulator"
    DOWNREGULATOR = "downregulator"
    DEGRADER = "degrader"
    DISRUPTOR = "disruptor"
    NEUTRALISER = "neutraliser"
    STABILISER = "stabiliser"
    CHAPERONE = "chaperone"
    RELEASING_AGENT = "releasing_agent"
    ANTIBODY = "antibody"
    BINDER = "binder"
    LIGAND = "ligand"
    CHELATOR = "chelator"
    ADDUCT = "adduct"
    CROSS_LINKER = "cross_linker"
    INTERCALATOR = "intercalator"
    CLEAVAGE = "cleavage"
    OXIDISER = "oxidiser"
    REDUCER = "reducer"
    COFACTOR = "cofactor"
    SUBSTRATE = "substrate"
    PRODUCT = "product"
    COMPONENT = "component"
    CARRIER = "carrier"
    REGULATOR = "regulator"
    VACCINE = "vaccine"
    REPLACEMENT = "replacement"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Interaction:
    """What a verbatim label was normalised to; the label itself stays in `Triplet.interaction`."""

    type: InteractionType = InteractionType.UNKNOWN
    direction: Direction = Direction.UNCLEAR

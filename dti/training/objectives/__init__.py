"""Objectives of pretraining: what is hidden from the encoder and asked of the decoder."""

from dti.registry import Registry
from dti.training.objectives.base import Masked, Objective, Pieces
from dti.training.objectives.entity_mass import EntityMass
from dti.training.objectives.mass import Mass

OBJECTIVES: Registry[Objective] = Registry("objective", {"mass": Mass, "entity_mass": EntityMass})

__all__ = ["OBJECTIVES", "EntityMass", "Masked", "Mass", "Objective", "Pieces"]

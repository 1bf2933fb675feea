"""How much each pseudo-labelled document counts."""

from dti.registry import Registry
from dti.selftraining.weighting.base import Pseudo, Scales, Weighed, Weighting
from dti.selftraining.weighting.confidence import Confidence
from dti.selftraining.weighting.teacher import Teacher
from dti.selftraining.weighting.uniform import Uniform

WEIGHTINGS: Registry[Weighting] = Registry("weighting", {"uniform": Uniform, "confidence": Confidence, "teacher": Teacher})

__all__ = ["WEIGHTINGS", "Pseudo", "Scales", "Weighed", "Weighting"]

"""Which of a model's labels its student may believe."""

from dti.registry import Registry
from dti.selftraining.selection.base import Cut, Material, Selection, precise, wilson
from dti.selftraining.selection.said import Said
from dti.selftraining.selection.target_precision import TargetPrecision
from dti.selftraining.selection.threshold import Threshold

SELECTIONS: Registry[Selection] = Registry(
    "selection", {"said": Said, "threshold": Threshold, "target_precision": TargetPrecision}
)

__all__ = ["SELECTIONS", "Cut", "Material", "Selection", "precise", "wilson"]

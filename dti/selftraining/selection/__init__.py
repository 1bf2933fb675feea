"""Which of a model's labels its student may believe."""

from dti.registry import Registry
from dti.selftraining.selection.agreement import Agreement
from dti.selftraining.selection.base import Cut, Material, Selection, precise, wilson
from dti.selftraining.selection.dual import Dual
from dti.selftraining.selection.ensemble import Ensemble
from dti.selftraining.selection.said import Said
from dti.selftraining.selection.target_precision import TargetPrecision
from dti.selftraining.selection.threshold import Threshold

SELECTIONS: Registry[Selection] = Registry(
    "selection",
    {
        "said": Said,
        "threshold": Threshold,
        "target_precision": TargetPrecision,
        "agreement": Agreement,
        "ensemble": Ensemble,
        "dual": Dual,
    },
)

__all__ = ["SELECTIONS", "Cut", "Material", "Selection", "precise", "wilson"]

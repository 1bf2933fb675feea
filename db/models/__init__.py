"""Tables. The write side is `db.repository`, the read side `db.queries`."""

from db.models.knowledge import (
    Change,
    Curated,
    Entity,
    Evidence,
    Extraction,
    Identifier,
    Name,
    Run,
    StaleBelief,
    Triplet,
)
from db.models.literature import Batch, Document, Item, Step, Upload
from db.models.registry import Model, ModelFile, Promotion
from db.models.self_training import PseudoLabel, Round, SelfTrainingRun, Verdict

__all__ = [
    "Batch",
    "Change",
    "Curated",
    "Document",
    "Entity",
    "Evidence",
    "Extraction",
    "Identifier",
    "Item",
    "Model",
    "ModelFile",
    "Name",
    "Promotion",
    "PseudoLabel",
    "Round",
    "Run",
    "SelfTrainingRun",
    "StaleBelief",
    "Step",
    "Triplet",
    "Upload",
    "Verdict",
]

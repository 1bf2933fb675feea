"""Documents with candidates to triplets, each with its confidence: how a checkpoint reads."""

from typing import Protocol

from dti.model.checkpoint import SEQUENCES, Checkpoint
from dti.reading.base import Proposal, Reader, Reading
from dti.reading.pairs import Emission, Pairs
from dti.reading.sequences import Sequences
from dti.registry import Registry


class Way(Protocol):
    """A kind of reader, opened from a checkpoint that names it."""

    @classmethod
    def open(cls, checkpoint: Checkpoint, threads: int) -> Reader:
        """Load the checkpoint's engine; raises CheckpointError if it cannot be loaded."""


READERS: Registry[Way] = Registry("reading", {SEQUENCES: Sequences, "pairs": Pairs})

__all__ = ["READERS", "Emission", "Pairs", "Proposal", "Reader", "Reading", "Sequences"]

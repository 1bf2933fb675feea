"""Documents with candidates to triplets, each with its confidence: how a checkpoint reads."""

from dti.reading.base import Proposal, Reader, Reading
from dti.reading.pairs import Pairs
from dti.reading.sequences import Sequences

__all__ = ["Pairs", "Proposal", "Reader", "Reading", "Sequences"]

"""How much one may believe a triplet, given all that papers say for and against it."""

from dti.belief.assembly import CERTAINTY, SHARED_AUTHORS, SYSTEMATIC_ERROR, Belief, Part, Standing, Vote, assess
from dti.belief.independence import author_key

__all__ = ["CERTAINTY", "SHARED_AUTHORS", "SYSTEMATIC_ERROR", "Belief", "Part", "Standing", "Vote", "assess", "author_key"]

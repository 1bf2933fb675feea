"""Candidate drugs and targets of a document."""

from dti.mentions.candidates import candidates
from dti.mentions.naming import Naming
from dti.mentions.recogniser import Recogniser

__all__ = ["Naming", "Recogniser", "candidates"]

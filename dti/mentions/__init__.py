"""Candidate drugs and targets of a document."""

from dti.mentions.candidates import candidates
from dti.mentions.naming import Naming, surface
from dti.mentions.recogniser import Recogniser
from dti.mentions.selection import select, selector
from dti.mentions.tagger import Tagger

__all__ = ["Naming", "Recogniser", "Tagger", "candidates", "select", "selector", "surface"]

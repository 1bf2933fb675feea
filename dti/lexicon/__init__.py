"""Names of drugs and targets, compiled from their publishers' download files."""

from dti.lexicon.cache import build_lexicon, open_lexicon
from dti.lexicon.lexicon import Lexicon, Posting
from dti.lexicon.sources import LEXICON_SOURCES

__all__ = ["LEXICON_SOURCES", "Lexicon", "Posting", "build_lexicon", "open_lexicon"]

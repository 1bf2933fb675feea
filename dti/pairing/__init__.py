"""What a text says about a candidate pair before any network reads it: counts, places, cue words, kinds of substance."""

from dti.pairing.cues import cue_words
from dti.pairing.features import CANDIDATE_FEATURES, LISTED_FEATURES, PAIR_FEATURES, Features, describe
from dti.pairing.frequencies import Frequencies

__all__ = ["CANDIDATE_FEATURES", "LISTED_FEATURES", "PAIR_FEATURES", "Features", "Frequencies", "cue_words", "describe"]

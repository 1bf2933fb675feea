"""Words that hint at an interaction, found once per document and then counted in stretches of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping

_GROWS = "İ"  # the one character that takes two in small letters
_CUES: Mapping[str, str] = {
    "inhibit": r"inhibit|suppress",
    "antagonist": r"antagoni[sz]|block",
    "inverse": r"inverse agoni|partial agoni",
    "agonist": r"(?<!ant)agoni[sz]",
    "activate": r"activat|stimulat|potentiat|enhanc",
    "bind": r"\bbind|bound|affinit|ligand|complex|crystal",
    "substrate": r"substrat|metaboli[sz]|cataly|hydroly|product",
    "express": r"induc|express|mrna|regulat|increas",
    "potency": r"target|selective|specific|potent|ic50|ic\(50\)|\bki\b|ec50|novel",
    "modulate": r"alloster|modulat",
    "antibody": r"antibod|monoclonal",
    "cofactor": r"cofactor|coenzyme|dependent",
}
CUES = tuple(_CUES)
_PATTERNS = tuple(map(re.compile, _CUES.values()))

_WORDS = re.compile(rf"\w*?(?:{'|'.join(_CUES.values())})\w*", re.IGNORECASE)

_ROLE = r"(?:inhibit|antagoni|block|agoni|activat|modulat|ligand|substrat)"
_FOLLOWED = re.compile(rf"[\s,-]*(?:[\w-]+\s){{0,2}}{_ROLE}", re.IGNORECASE)
_PRECEDED = re.compile(rf"{_ROLE}\w*\s(?:(?:of|to|for|the|at|with|and|human|by|rat)\s){{0,3}}\Z", re.IGNORECASE)
_REACH = 40


def cue_words(text: str) -> list[tuple[int, int]]:
    """Where whole words with a cue in them stand."""
    return [match.span() for match in _WORDS.finditer(text)]


class Cues:
    """Where the cue words of one text begin."""

    def __init__(self, text: str) -> None:
        self._text = text
        low = text.replace(_GROWS, "I").lower()  # several times as fast as patterns that ignore case
        self._starts = [[match.start() for match in pattern.finditer(low)] for pattern in _PATTERNS]

    def between(self, start: int, end: int) -> list[float]:
        """For each cue 1.0 if it begins in [start, end), else 0.0."""
        return [float(bisect_left(starts, end) > bisect_left(starts, start)) for starts in self._starts]

    def role_follows(self, end: int) -> bool:
        """Whether a name that ends here qualifies an agent: "COX-2 selective inhibitor"."""
        return bool(_FOLLOWED.match(self._text, end, end + _REACH))

    def role_precedes(self, start: int) -> bool:
        """Whether a name that starts here is what an agent acts on: "inhibitor of the human COX-2"."""
        return bool(_PRECEDED.search(self._text[max(0, start - _REACH) : start]))

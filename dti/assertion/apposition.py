"""A pair that stands in one name: "the Y inhibitor X", "X, an antagonist of Y"."""

from __future__ import annotations

from dti.assertion.cues import cues

_CUES = cues("apposition")


def apposition(text: str) -> str:
    """The phrase of a masked sentence that names the one by the other; "" if there is none, or if a denial is in it.

    Whatever the sentence goes on to say, it says of other things.
    """
    match = _CUES["phrase"].search(text)
    return match[0] if match and not _CUES["negation"].search(match[0]) else ""

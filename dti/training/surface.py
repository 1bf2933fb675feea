"""Where a name stands in a text: letters and digits must agree, everything else may differ."""

from __future__ import annotations

import re

_BRACKETED_TAIL = re.compile(r"\s*\(([^()]*)\)\s*\Z")
_SHORTEST = 2


class FoldedText:
    """A text reduced to its lower-cased letters and digits, each with its offset in the original."""

    def __init__(self, text: str) -> None:
        self.text = text
        pairs = [(low, at) for at, char in enumerate(text) for low in char.lower() if low.isalnum()]
        self._folded = "".join(char for char, _ in pairs)
        self._offsets = [at for _, at in pairs]

    def find(self, name: str) -> tuple[int, int] | None:
        """First place [start, end) where `name` stands as whole words, plural s allowed."""
        wanted = fold(name)
        if len(wanted) < _SHORTEST:
            return None
        at = self._folded.find(wanted)
        while at >= 0:
            start, end = self._offsets[at], self._offsets[at + len(wanted) - 1] + 1
            if self._whole(start, end):
                return start, end
            at = self._folded.find(wanted, at + 1)
        return None

    def _whole(self, start: int, end: int) -> bool:
        after = self.text[end : end + 2]
        plural = after[:1] == "s" and not after[1:].isalnum()
        return not self.text[start - 1 : start].isalnum() and (plural or not after[:1].isalnum())


def fold(name: str) -> str:
    """Lower-cased letters and digits of a name."""
    return "".join(char for char in name.lower() if char.isalnum())


def forms(name: str) -> tuple[str, ...]:
    """The name without a trailing bracket, then the bracket's inside: "body (abbreviation)"."""
    tail = _BRACKETED_TAIL.search(name)
    return (name[: tail.start()], tail[1]) if tail and tail.start() else (name,)

"""Abbreviations that a text defines for itself: "monoamine oxidase A (MAO-A)".

The method is A. S. Schwartz and M. A. Hearst, "A simple algorithm for identifying abbreviation definitions in
biomedical text", Pacific Symposium on Biocomputing 2003.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dti.domain.evidence import Span

_BRACKETED = re.compile(r"(?<=\s)\(([^\W_][^()\[\];,]{1,11})\)")


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a text spells a name out and where, right after it in brackets, it abbreviates it."""

    long: Span
    short: Span


def definitions(text: str) -> tuple[Definition, ...]:
    """All definitions "long form (SHORT)" in order."""
    return tuple(_find(text))


def _find(text: str) -> Iterator[Definition]:
    for match in _BRACKETED.finditer(text):
        short = match[1].strip()
        if len(short.split()) > 2 or not any(char.isalpha() for char in short):
            continue
        end = match.start()
        while end > 0 and text[end - 1].isspace():
            end -= 1
        start = _long_form(text, _window(text, end, short), end, short)
        if start is not None and end - start > len(short):
            yield Definition(Span(start, end), Span(match.start(1), match.start(1) + len(short)))


def _window(text: str, end: int, short: str) -> int:
    """Start of the words that may belong to the long form: at most min(|SHORT| + 5, 2 |SHORT|) of them."""
    words = [match.start() for match in re.finditer(r"\S+", text[max(0, end - 200) : end])]
    return max(0, end - 200) + words[-min(len(short) + 5, 2 * len(short), len(words))] if words else end


def _long_form(text: str, first: int, end: int, short: str) -> int | None:
    """Match the characters of SHORT from the right; its first one must begin a word."""
    at = end
    wanted = [char for char in short.casefold() if char.isalnum()]
    for index in range(len(wanted) - 1, -1, -1):
        at -= 1
        while at >= first and not _fits(text, at, wanted[index], begins_word=index == 0):
            at -= 1
        if at < first:
            return None
    return at


def _fits(text: str, at: int, char: str, *, begins_word: bool) -> bool:
    return text[at].casefold() == char and not (begins_word and at > 0 and text[at - 1].isalnum())

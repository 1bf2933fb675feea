"""What a text puts beside a name in brackets, spelled alike or not: "isoproterenol (ISPH)", "XRCC1 (X-ray repair protein)"."""

from __future__ import annotations

import re
from functools import lru_cache

_SHORT_FORM = 8
_LONGEST_SHORT_FORM = 14
_MOST_WORDS = 6
_OUTSIDE = r"(?<![\w-])(?:[\w-]{3,20} ){0,2}[^()\[\];,\s]{2,20}?"
_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"[.;:!?,]\s+|[()\[\]]\s*")


@lru_cache(maxsize=1 << 12)
def beside(name: str, text: str) -> tuple[str, ...]:
    """Texts that stand for what `name` does, likeliest first: of a short form the words before it, of others the short form."""
    if len(name) <= _SHORT_FORM:
        return tuple(dict.fromkeys((*_before(name, text), *_within(name, text))))
    return tuple(dict.fromkeys((*_after(name, text), *_outside(name, text))))


def _before(short: str, text: str) -> list[str]:
    """The words before "(SHORT" or ", SHORT)", the longest run first."""
    found = []
    for match in re.finditer(rf"([(\[]|, |--?){re.escape(short)}(?=[)\];,])", text):
        words = _WORD.findall(_SENTENCE_END.split(text[: match.start()])[-1])[-_MOST_WORDS:]
        runs = [" ".join(words[at:]) for at in range(len(words))]
        # A comma joins things in a list more often than it sets off an abbreviation.
        found += [run for run in runs if match[1] in "([" or run[:1].casefold() == short[:1].casefold()]
    return found


def _within(short: str, text: str) -> list[str]:
    """What "SHORT (...)" has in its brackets."""
    return re.findall(rf"(?<![\w-]){re.escape(short)} [(\[]([^()\[\];,]{{4,80}})[)\];,]", text)


def _after(name: str, text: str) -> list[str]:
    """The short form of "name (SHORT)"."""
    return re.findall(
        rf"(?<![\w-]){re.escape(name)}s? [(\[]([^()\[\];,\s]{{2,{_LONGEST_SHORT_FORM}}})[)\];,]", text, re.IGNORECASE
    )


def _outside(name: str, text: str) -> list[str]:
    """What stands before the brackets that have the name: "SHORT (name)", "Eslicarbazepine acetate (BIA 2-093, name)"."""
    found = []
    for words in re.findall(rf"({_OUTSIDE})[ -]?[(\[](?:[^()\[\];]{{1,20}}, )?{re.escape(name)}[)\];,]", text, re.IGNORECASE):
        parts = words.split()
        found += [" ".join(parts[at:]) for at in range(len(parts))]
    return found

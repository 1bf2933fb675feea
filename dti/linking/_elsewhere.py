"""What a text has elsewhere for a name that is listed nowhere: its symbol, the word it cuts short, the noun a list shares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from dti.domain.entities import EntityKind

_CUT_SHORT = range(3, 6)
_SYMBOL = r"(?-i:(?=[A-Z\d]*[A-Z])[A-Z][A-Z\d]{2,9})"
_NOUN = r"(?:[ ,]*(?:genes?|proteins?|receptors?))?"
_CAPITALS = re.compile(r"[A-Z]{3,5}")
_WORD = re.compile(r"[A-Za-z\d][\w-]*")
_ITEM = r"[\w()-]{1,12}"
_LIST = re.compile(rf"({_ITEM}(?:, {_ITEM})*),? (?:and|or) ({_ITEM}) ([a-z]{{5,}}s)\b")


@lru_cache(maxsize=1 << 12)
def elsewhere(name: str, kind: EntityKind, text: str) -> tuple[str, ...]:
    """Texts that stand for what `name` does, likeliest first."""
    found = (*_with_noun(name, text), *_first_half(name, text), *_spelled_out(name, text))
    found = (*found, *(_symbol(name, text) if kind is EntityKind.TARGET else _whole_word(name, text)))
    return tuple(dict.fromkeys(found))


def _symbol(name: str, text: str) -> Iterator[str]:
    """The symbol next to a description: "hippocalcin gene HPCA", "CACNA1S, which encodes the calcium channel"."""
    described = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", name)))
    after = rf"(?<![\w-]){described}{_NOUN}[ ,]*[(\[]?({_SYMBOL})(?![\w-])"
    before = rf"(?<![\w-])({_SYMBOL})(?: gene)?,?(?: which| that)? encod(?:es|ing)(?: the| an?)? (?:human )?{described}"
    if len(name) > max(_CUT_SHORT):
        for pattern in (after, before):
            yield from re.findall(pattern, text, re.IGNORECASE)


def _first_half(name: str, text: str) -> list[str]:
    """What the first half of a short form stands for: "warfarin" of "warfarin-associated haemorrhage (W-ICH)"."""
    if not name or len(name) > max(_CUT_SHORT):
        return []
    word = rf"(?<![\w-])({re.escape(name[0])}[\w-]{{2,30}}?)-(?:induced|associated|related|mediated|dependent|treated)"
    return re.findall(rf"{word} [\w -]{{1,60}} \({re.escape(name)}-", text, re.IGNORECASE)


def _spelled_out(name: str, text: str) -> Iterator[str]:
    """Runs of words of which a short form in capitals has every initial: "homogentisic acid" for "HGA"."""
    if not _CAPITALS.fullmatch(name):
        return
    words = _WORD.findall(text)
    for at, word in enumerate(words):
        if word[:1].casefold() == name[:1].casefold():
            for size in range(2, len(name) + 1):
                if _stands_for(name.casefold(), tuple(map(str.casefold, words[at : at + size]))):
                    yield " ".join(words[at : at + size])


def _stands_for(short: str, words: tuple[str, ...]) -> bool:
    """Whether the letters of a short form are in the words in their order, the first of each word among them."""
    if not words:
        return not short
    first, *rest = words
    if short[:1] != first[:1]:
        return False
    place, used = 0, 1
    while True:
        if _stands_for(short[used:], tuple(rest)):
            return True
        place = first.find(short[used : used + 1], place + 1) if short[used:] else -1
        if place < 0:
            return False
        used += 1


def _whole_word(name: str, text: str) -> Iterator[str]:
    """Words that begin as the name does: "Bort", where the text speaks of bortezomib."""
    if len(name) in _CUT_SHORT and name.isalpha():
        yield from re.findall(rf"(?<![\w-])({name}[a-z]{{3,}})(?![\w-])", text, re.IGNORECASE)


def _with_noun(name: str, text: str) -> Iterator[str]:
    """The item of a list with the noun behind it: "Rg1 ginsenoside" and "ginsenoside Rg1" of "Re, Rg1 and Rb1 ginsenosides"."""
    for match in _LIST.finditer(text):
        if name in (*match[1].split(", "), match[2]):
            noun = match[3].removesuffix("s")
            yield from (f"{noun} {name}", f"{name} {noun}")

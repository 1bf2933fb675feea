"""Enumerations that share a part of their names: "MAO-A and -B", "alpha1- and alpha2-adrenoceptors", "CYP2C9/19"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dti.lexicon import Lexicon
from dti.lexicon.fold import GREEK
from dti.lexicon.hashing import hash_names
from dti.mentions.matching import TokenisedText

_JOINT = re.compile(r"[-)\s]*(?:,|/|,?\s(?:and/or|and|or|&)\s|&)[-(\s]*")
_CONJUNCTIONS = frozenset({"and", "or"})
_NOT_SHARED = frozenset(
    {"of", "the", "and", "or", "in", "to", "by", "with", "for", "at", "a", "an", "from", "on", "than", "as"}
)
_SUBTYPE = re.compile(
    rf"(?:[A-Za-z]{{0,2}}\d{{1,2}}[A-Za-z]?|[A-Z]|[IVX]{{1,4}}[ab]?|(?:{'|'.join(GREEK)}|[α-ω])\d?[A-Da-d]?|[a-d])"
)
_TAIL_OF_TOKEN = re.compile(rf"(?:\d{{1,2}}|[a-z]|{'|'.join(GREEK)})\Z")
_MARKED_TAIL = re.compile(rf"(?:\d|[A-Z]|(?<=[\dA-Z])[a-z]|{'|'.join(GREEK)}|[α-ω])\Z")
_COUNT_GOES_ON = re.compile(r"[.,]\d|\s?%|\s(?:of|out)\b|'|-[a-z]")  # "3,4-seco-", "3,3',5"
_NO_FIRST = re.compile(r"[µμumknp]?(?:g|mol|M|L|l)|min|h|hr|day|week|G[0-2]")  # "mg/kg/d", "G2/M"
_HEAD_TOKENS = 5
_TAIL_TOKENS = 4


@dataclass(frozen=True, slots=True)
class Member:
    """Token `index` stands for a name that other tokens complete; `row` is where the lexicon has it."""

    index: int
    row: int


def members(text: TokenisedText, lexicon: Lexicon) -> Iterator[Member]:
    """Members of enumerations whose names do not stand in the text in one piece."""
    for run in _runs(text):
        for index in run:
            names = list(dict.fromkeys(_completions(text, run, index)))
            rows = lexicon.rows(hash_names(names)).tolist() if names else []
            if (row := next((row for row in rows if row >= 0), -1)) >= 0:
                yield Member(index, row)


def _runs(text: TokenisedText) -> Iterator[list[int]]:
    """Tokens of each enumeration: short ones but for the first, which may hold the shared part."""
    run: list[int] = []
    spoken = [index for index, token in enumerate(text.tokens) if text.text[token.start : token.end] not in _CONJUNCTIONS]
    for index, following in pairwise(spoken):
        if _JOINT.fullmatch(_between(text, index, following)) and _is_subtype(text, following, run[0] if run else index):
            run = [*run, following] if run else [index, following]
        elif run:
            yield run
            run = []
    if run:
        yield run


def _between(text: TokenisedText, index: int, following: int) -> str:
    return text.text[text.tokens[index].end : text.tokens[following].start]


def _is_subtype(text: TokenisedText, index: int, first: int) -> bool:
    """Whether the token can be a member; a number can only beside a first one that ends in a number, and is no count."""
    token = text.tokens[index]
    written = text.written(index)
    if not _SUBTYPE.fullmatch(written) or _NO_FIRST.fullmatch(text.written(first)):
        return False
    if written.isdecimal():
        return text.written(first)[-1].isdecimal() and not _COUNT_GOES_ON.match(text.text, token.end)
    return len(written) > 1 or not written.islower() or not written.isascii() or text.text[token.start - 1] in "-/"


def _completions(text: TokenisedText, run: list[int], index: int) -> Iterator[str]:
    """Folded names that the token may stand for, those that take most from around the enumeration first."""
    own = text.tokens[index].fold
    before = _folds(text, run[0], step=-1, limit=_HEAD_TOKENS)
    after = _folds(text, run[-1], step=1, limit=_TAIL_TOKENS)
    heads = ["".join(reversed(before[:count])) for count in range(len(before), -1, -1)]
    tails = ["".join(after[:count]) for count in range(len(after), -1, -1)]
    if index == run[0]:
        yield from (head + own + tail for tail in tails[:-1] for head in heads)
        return
    first, shared = text.tokens[run[0]].fold, _shared(text, run[0])
    whole = bool(_SUBTYPE.fullmatch(text.written(run[0])))
    for tail in tails:
        for head in heads:
            if shared:
                yield head + shared + own + tail
            if head or (tail and index != run[-1]):  # the last one with what follows it stands in the text in one piece
                yield head + own + tail
            if not whole:
                yield head + first + own + tail


def _shared(text: TokenisedText, index: int) -> str:
    """What the enumeration's first token has in front of its own subtype; a plain word has none: "cases and 4" is no CAS4."""
    folded = text.tokens[index].fold
    tail = _TAIL_OF_TOKEN.search(folded) if _MARKED_TAIL.search(text.written(index)) else None
    return folded[: tail.start()] if tail else ""


def _folds(text: TokenisedText, index: int, *, step: int, limit: int) -> list[str]:
    """Folds of the tokens next to `index` in one direction, up to a function word or the end of the clause."""
    folds: list[str] = []
    while len(folds) < limit:
        gap = index if step > 0 else index - 1
        if not 0 <= gap < len(text.tokens) - 1 or not text.same_clause(gap):
            break
        index += step
        if text.tokens[index].fold in _NOT_SHARED:
            break
        folds.append(text.tokens[index].fold)
    return folds

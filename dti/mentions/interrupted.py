"""Target names with something in between: "dopamine (DA) transporter", "serotonin and norepinephrine transporters"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dti.domain.evidence import Span
from dti.lexicon import Lexicon
from dti.lexicon.fold import fold
from dti.lexicon.hashing import hash_names
from dti.mentions.matching import TokenisedText

_INSERTED = re.compile(r"(?<=\w) \([A-Za-z][\w-]{0,8}\)(?=[ -]\w)")
_BEFORE, _AFTER, _HEAD = 60, 40, 4
_SHARED = re.compile(
    r"(?<![\w-])((?:[A-Za-z0-9][\w-]*(?:, |/))*[A-Za-z0-9][\w-]*(?:,? (?:and|or|and/or) |/|, ))[A-Za-z0-9][\w-]*[ -]"
    r"(receptors?|transporters?|(?:re)?uptake|channels?|kinases?|oxidases?|synthases?|reductases?)\b"
)
_ITEM = re.compile(r"(?!(?:and|or)\b)[A-Za-z0-9][\w-]*")
_SHORTEST = 3


def across_brackets(text: str, lexicon: Lexicon) -> Iterator[tuple[Span, int]]:
    """Names that a bracketed short form interrupts: where they stand, brackets included, and their rows."""
    for bracket in _INSERTED.finditer(text):
        first = max(0, text.rfind(" ", 0, max(0, bracket.start() - _BEFORE)))
        last = text.find(" ", bracket.end() + _AFTER)
        after = text[bracket.end() : last if last >= 0 else len(text)]
        tokenised = TokenisedText(text[first : bracket.start()] + " " * len(bracket[0]) + after)
        at = bracket.start() - first
        for match in tokenised.matches(lexicon):
            start, end = tokenised.tokens[match.first].start, tokenised.tokens[match.last].end
            if start + _HEAD <= at < end:
                yield Span(first + start, first + end), match.row


def sharing_a_word(text: str, lexicon: Lexicon) -> Iterator[tuple[Span, int]]:
    """Names of an enumeration whose last word only its last member has: where each stands without it, and its row."""
    for match in _SHARED.finditer(text):
        items = [item for item in _ITEM.finditer(match[1]) if len(item[0].strip("-")) >= _SHORTEST]
        rows = lexicon.rows(hash_names([fold(item[0]) + fold(match[2]) for item in items])).tolist() if items else []
        for item, row in zip(items, rows, strict=True):
            if row >= 0:
                yield Span(match.start(1) + item.start(), match.start(1) + item.end()), row

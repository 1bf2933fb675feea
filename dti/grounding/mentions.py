"""Where a generated name stands in a text. A name that is not there has no mention; nothing is guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dti.domain.evidence import Span
from dti.grounding.abbreviations import definitions
from dti.grounding.names import GREEK, HYPHENS, canonical, pattern

_TRAILING_BRACKET = re.compile(r"(.+?)\s*\(\s*([^()]{2,})\s*\)\s*")
_DASH = f"[{re.escape(HYPHENS)}]"
_SUBTYPE = re.compile(
    rf"{_DASH}(?:\d|[{GREEK}]|(?:[A-Za-z]|[IVX]{{1,4}}|alpha|beta|gamma|delta|epsilon|kappa)(?![^\W_]))", re.IGNORECASE
)
_LOCANT = re.compile(rf"(?:^|[\s(\[])\d+(?:[,'′]\d+)*['′]?{_DASH}$")
_SENTENCE_ENDS = frozenset(("", ".", "!", "?", ":"))
_ARTICLE = re.compile(r"\w\s+a$")


class Method(StrEnum):
    """How a mention matches its name, from the strictest."""

    EXACT = "exact"
    CASE = "case"
    NORMALISED = "normalised"
    ABBREVIATION = "abbreviation"


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of a name."""

    span: Span
    method: Method


class MentionFinder:
    """Finds names in one text; a short form that the text itself defines counts as its long form, and the reverse."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._definitions = definitions(text)

    def find(self, name: str) -> tuple[Mention, ...]:
        """All mentions in order of position; of `X (ABBR)` those of the whole, of X and of ABBR."""
        found: dict[Span, Method] = {}
        for span in self._spellings(name):
            found.setdefault(span, _method(name, self.text[span.start : span.end]))
        if halves := _TRAILING_BRACKET.fullmatch(name):
            body, short = halves[1], halves[2]
            for span in (*self._spellings(body), *self._spellings(short, abbreviation=True)):
                found.setdefault(span, Method.ABBREVIATION)
        for span in self._defined(tuple(found), name):
            found.setdefault(span, Method.ABBREVIATION)
        return tuple(Mention(span, found[span]) for span in _outermost(found))

    def spelling(self, name: str, mentions: tuple[Mention, ...]) -> str:
        """The name as the document writes it most often; the name itself where only other forms of it are there.

        Another number ("receptors"), another numeral or an abbreviation is another form: it would change the key. The
        capital that begins a sentence is not the name's.
        """
        written = [self._written(mention.span, name) for mention in mentions]
        for same in (str.casefold, _bare):
            if forms := Counter(form for form in written if same(form) == same(name)):
                return forms.most_common(1)[0][0]
        return name

    def _written(self, span: Span, name: str) -> str:
        form = " ".join(self.text[span.start : span.end].split())
        if form.count("(") != form.count(")"):
            return ""
        begins = self.text[max(0, span.start - 8) : span.start].rstrip()[-1:] in _SENTENCE_ENDS
        return name if begins and form[1:] == name[1:] else form

    def _spellings(self, name: str, *, abbreviation: bool = False) -> Iterator[Span]:
        regex = pattern(name)
        if regex is None:
            return
        wanted = canonical(name)
        position = 0
        while match := regex.search(self.text, position):
            position = match.start() + 1
            span = self._with_closing_bracket(Span(*match.span()))
            if self._is_mention(span, name, wanted, capitals=abbreviation or len(_bare(name)) <= 3):
                position = span.end
                yield span

    def _with_closing_bracket(self, span: Span) -> Span:
        """`D(2` becomes `D(2)`."""
        found = self.text[span.start : span.end]
        unclosed = found.count("(") > found.count(")") and self.text[span.end : span.end + 1] == ")"
        return Span(span.start, span.end + 1) if unclosed else span

    def _is_mention(self, span: Span, name: str, wanted: str, *, capitals: bool) -> bool:
        found = self.text[span.start : span.end]
        if canonical(found) != wanted or not self._stands_alone(span):
            return False
        if capitals and found.isalpha() and found.islower():  # "criteria were met" is not MET, "no effect" is not NO
            return False
        return not _ARTICLE.search(found) or bool(_ARTICLE.search(name.casefold()))  # "MAO a day" is not MAO-A

    def _stands_alone(self, span: Span) -> bool:
        """Token boundaries on both sides, and no subtype or locant: COX is not in COX-2, toluene not in 4-toluene."""
        before, after = self.text[max(0, span.start - 24) : span.start], self.text[span.end : span.end + 1]
        if before[-1:].isalnum() or after.isalnum():
            return False
        return not _SUBTYPE.match(self.text, span.end) and not _LOCANT.search(before)

    def _defined(self, spans: tuple[Span, ...], name: str) -> Iterator[Span]:
        starts = {span.end: span.start for span in spans}
        shorts, longs = set(), set()
        for definition in self._definitions:
            long, short = definition.long, definition.short
            if long.end in starts and starts[long.end] <= long.start:
                shorts.add(self.text[short.start : short.end])
            elif canonical(self.text[short.start : short.end]) == canonical(name):
                longs.add(self.text[long.start : long.end])
        for form in sorted(shorts):
            yield from self._literal(form)
        for form in sorted(longs):
            yield from self._spellings(form)

    def _literal(self, short: str) -> Iterator[Span]:
        for match in re.finditer(re.escape(short), self.text):
            span = Span(*match.span())
            if self._stands_alone(span):
                yield span


def _method(name: str, found: str) -> Method:
    if found == name:
        return Method.EXACT
    return Method.CASE if found.casefold() == name.casefold() else Method.NORMALISED


def _bare(name: str) -> str:
    """Case-folded letters and digits: equal for spellings that differ in case, spaces and punctuation only."""
    return "".join(char for char in name.casefold() if char.isalnum() or char == "+")


def _outermost(spans: dict[Span, Method]) -> list[Span]:
    """Spans in order, without those inside another one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return kept

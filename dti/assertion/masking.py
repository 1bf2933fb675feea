"""A sentence with the pair's names masked, cut into clauses."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from dti.assertion.cues import DRUG, TARGET, cues
from dti.domain.evidence import Span

_CUES = cues("clauses")
_RELATIVE = re.compile(r"(?:which|who|whose|that)\b", re.IGNORECASE)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PUNCTUATION = re.compile("[,;:]")
_COMMA = re.compile(r",\s")


@dataclass(frozen=True)
class Masked:
    """One sentence and one pair; spans are relative to the sentence and do not overlap."""

    sentence: str
    drug: Span
    target: Span

    @cached_property
    def text(self) -> str:
        """The sentence, character for character, with the names replaced."""
        chars = list(self.sentence)
        for span, mask in ((self.drug, DRUG), (self.target, TARGET)):
            chars[span.start : span.end] = mask * (span.end - span.start)
        return "".join(chars)

    @property
    def second(self) -> Span:
        """The name that comes second."""
        return max(self.drug, self.target, key=lambda span: span.start)

    def clause(self, at: int) -> Span:
        """The clause around an offset."""
        index = bisect_right(self._starts, at) - 1
        end = self._starts[index + 1] if index + 1 < len(self._starts) else len(self.text)
        return Span(self._starts[index], end)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """Where clauses begin, the first at 0; punctuation in brackets parts none."""
        text = _BRACKETED.sub(lambda match: _PUNCTUATION.sub(" ", match[0]), self.text)
        starts = [0]
        for match in _CUES["boundary"].finditer(text):
            if self._begins_clause(text, starts[-1], match.end()):
                starts.append(match.end())
        opened = {start for start in starts if _RELATIVE.match(text, start)}
        if _CUES["fronted"].match(text):
            opened.add(0)
        closings = (_COMMA.search(text, start + 1) for start in opened)
        return tuple(sorted({*starts, *(comma.end() for comma in closings if comma)}))

    @staticmethod
    def _begins_clause(text: str, previous: int, at: int) -> bool:
        """Not so for the last "and" of a list: what came before it has no verb."""
        return not text.startswith("and ", at) or bool(_CUES["predicate"].search(text, previous, at))

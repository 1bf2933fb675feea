"""The sentence behind a triplet and where both names stand; the order of preference is argued in ADR 0046.

A sentence with both names comes first, then one with either. Among equals, one that words the interaction ("inhibits"
for "inhibitor") comes before one that does not, the abstract before the title, one that names the drug before one that
names the target alone ("zolpidem prefers the same receptor"), the earlier before the later. A name that the sentence
lacks but the text has keeps its span, at its mention nearest to the sentence; spans always count characters of
`Document.text`, whatever the sentence. A name that the text lacks has no span, and with neither name in the text there
is no sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from dti.domain.documents import Document
from dti.domain.evidence import Evidence, Span
from dti.domain.triplets import Triplet
from dti.grounding.mentions import MentionFinder
from dti.grounding.sentences import sentences

_PAIRED = 50  # mentions of a name in one sentence that are compared; a text of nothing but names must not take minutes
_WORD = re.compile(r"[a-z]{4,}")
_SUFFIX = re.compile(r"(?:at|it|ist|i|t)?(?:ors?|ers?|ists?|isms?|ions?|ing|ed|ates?|s)$")


@dataclass(frozen=True, slots=True)
class Grounded:
    """A triplet with the document's spelling of its names, and its evidence."""

    triplet: Triplet
    evidence: Evidence


class Grounder:
    """Grounds the triplets of one document; the text is cut and searched once per document."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._title_end = len(document.title)
        self._sentences = sentences(document)
        self._finder = MentionFinder(self._text)

    def ground(self, triplet: Triplet, drugs: Sequence[Span] = (), targets: Sequence[Span] = ()) -> Grounded:
        """Names as the document spells them, evidence as the module says.

        Where the mentions of a name are known, in order, they are taken and the name stays as it is.
        """
        drug, drugs = (triplet.drug, drugs) if drugs else self._found(triplet.drug)
        target, targets = (triplet.target, targets) if targets else self._found(triplet.target)
        return Grounded(Triplet(drug, triplet.interaction, target), self._evidence(drugs, targets, triplet.interaction))

    def _found(self, name: str) -> tuple[str, Sequence[Span]]:
        mentions = self._finder.find(name)
        return self._finder.spelling(name, mentions), tuple(mention.span for mention in mentions)

    def _evidence(self, drugs: Sequence[Span], targets: Sequence[Span], interaction: str) -> Evidence:
        if not (drugs or targets):
            return Evidence()
        sentence = self._best_sentence(drugs, targets, interaction)
        drug, target = _closest_pair(_near(drugs, sentence), _near(targets, sentence))
        return Evidence(self._text[sentence.start : sentence.end], sentence, drug, target)

    def _best_sentence(self, drugs: Sequence[Span], targets: Sequence[Span], interaction: str) -> Span:
        cue = cues(interaction)

        def preference(sentence: Span) -> tuple[int, bool, bool, bool, int]:
            drug, target = bool(_inside(drugs, sentence)), bool(_inside(targets, sentence))
            worded = bool(cue and cue.search(self._text, sentence.start, sentence.end))
            return (-drug - target, not worded, sentence.start < self._title_end, not drug, sentence.start)

        return min(self._sentences, key=preference)


@lru_cache(maxsize=256)
def cues(interaction: str) -> re.Pattern[str] | None:
    """Words of the same stems as the interaction: `inhibit…` for "inhibitor"; None where it has no word of four letters."""
    stems = {_SUFFIX.sub("", word) for word in _WORD.findall(interaction.casefold())}
    long = sorted(re.escape(stem) for stem in stems if len(stem) >= 4)
    return re.compile(rf"(?<![a-z])(?:{'|'.join(long)})", re.IGNORECASE) if long else None


def _inside(spans: Sequence[Span], sentence: Span) -> Sequence[Span]:
    """The spans that touch the sentence; they are in order and do not hold one another."""
    first = bisect_right(spans, sentence.start, key=lambda span: span.end)
    return spans[first : bisect_left(spans, sentence.end, lo=first, key=lambda span: span.start)]


def _near(spans: Sequence[Span], sentence: Span) -> Sequence[Span]:
    """The mentions in the sentence; where there are none, the one nearest to it."""
    return _inside(spans, sentence)[:_PAIRED] or sorted(spans, key=lambda span: _distance(span, sentence))[:1]


def _closest_pair(drugs: Sequence[Span], targets: Sequence[Span]) -> tuple[Span | None, Span | None]:
    """The drug and target mentions that stand closest together, apart from each other if that is possible."""
    if not (drugs and targets):
        return (drugs[0] if drugs else None, targets[0] if targets else None)
    return min(product(drugs, targets), key=lambda pair: (_overlap(*pair), _distance(*pair)))


def _overlap(left: Span, right: Span) -> bool:
    return left.start < right.end and right.start < left.end


def _distance(left: Span, right: Span) -> int:
    return max(left.start - right.end, right.start - left.end, 0)

"""The sentences behind a triplet and where both names stand; the order of preference is argued in ADRs 0046 and 0085.

A sentence with both names comes first, then one with either. Among equals, one that words the interaction ("inhibits"
for "inhibitor") comes before one that does not, a statement before a question, an affirmation before a denial, the abstract
before the title, one that names the drug before one that names the target alone ("zolpidem prefers the same receptor"), the
earlier before the later. A name that the sentence lacks but the text has keeps its span, at its mention nearest to the
sentence; spans always count characters of `Document.text`, whatever the sentence. A name that the text lacks has no span, and
with neither name in the text there is no sentence. Sentences that name both ends and were not chosen are supporting.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

from dti.assertion.certainty import certainty
from dti.assertion.masking import Masked
from dti.assertion.polarity import polarity
from dti.assertion.quantities import quantities
from dti.assertion.setting import Setting, setting
from dti.assertion.triggers import trigger, trigger_pattern
from dti.domain.documents import Document
from dti.domain.evidence import Certainty, Evidence, Polarity, SectionKind, Span
from dti.domain.triplets import Triplet
from dti.grounding.mentions import MentionFinder
from dti.grounding.sentences import blocks, sentences

_PAIRED = 50  # mentions of a name in one sentence that are compared; a text of nothing but names must not take minutes
_SUPPORTING = 50  # sentences that are kept beside the best one, for the same reason
_CONTEXT = 400  # characters on both sides of a pair that may say something of it
_APART = 2000  # characters between the names of a pair that a sentence may still be said to relate


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
        self._blocks = [block for block in blocks(document) if block[0].end > block[0].start]
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
        stated = [span for span in self._sentences if _inside(drugs, span) and _inside(targets, span)][: _SUPPORTING + 1]
        if not stated:
            return self._of_sentence(self._nearest_sentence(drugs, targets, interaction), drugs, targets, interaction)
        found = [self._of_sentence(span, drugs, targets, interaction) for span in stated]
        best = min(found, key=lambda evidence: self._preference(evidence, interaction))
        return replace(best, supporting=tuple(evidence for evidence in found if evidence is not best))

    def _preference(self, evidence: Evidence, interaction: str) -> tuple[bool, bool, bool, bool]:
        """Sorts sentences with both names; of equals the earlier comes first."""
        return (
            not _worded(evidence.sentence, interaction),
            evidence.certainty is Certainty.HYPOTHESIS,
            evidence.polarity is Polarity.NEGATED,
            evidence.section is SectionKind.TITLE,
        )

    def _nearest_sentence(self, drugs: Sequence[Span], targets: Sequence[Span], interaction: str) -> Span:
        """The best sentence with one of the names."""

        def preference(sentence: Span) -> tuple[bool, bool, bool, bool, int]:
            drug, target = bool(_inside(drugs, sentence)), bool(_inside(targets, sentence))
            worded = _worded(self._text[sentence.start : sentence.end], interaction)
            return (not (drug or target), not worded, sentence.start < self._title_end, not drug, sentence.start)

        return min(self._sentences, key=preference)

    def _of_sentence(self, sentence: Span, drugs: Sequence[Span], targets: Sequence[Span], interaction: str) -> Evidence:
        drug, target = _closest_pair(_near(drugs, sentence), _near(targets, sentence))
        text, section = self._text[sentence.start : sentence.end], self._section(sentence)
        said = setting(text).over(self._setting)
        said_of_pair = self._assertion(sentence, drug, target, section)
        return Evidence(
            text,
            sentence,
            drug,
            target,
            *said_of_pair,
            trigger_span=trigger(self._text, sentence, [span for span in (drug, target) if span], interaction),
            section=section,
            species=said.species,
            assays=said.assays,
            quantities=quantities(self._text, sentence),
        )

    def _assertion(
        self, sentence: Span, drug: Span | None, target: Span | None, section: SectionKind
    ) -> tuple[Polarity, Certainty]:
        """What the sentence says of the pair; a statement of the background section is background."""
        if drug is None or target is None or not _assessable(drug, target, sentence):
            return Polarity.UNASSESSED, Certainty.UNASSESSED
        start = max(sentence.start, min(drug.start, target.start) - _CONTEXT)
        end = min(sentence.end, max(drug.end, target.end) + _CONTEXT)
        masked = Masked(self._text[start:end], _moved(drug, -start), _moved(target, -start))
        put = certainty(masked)
        known = put is Certainty.FACT and section is SectionKind.BACKGROUND
        return polarity(masked), Certainty.BACKGROUND if known else put

    def _section(self, sentence: Span) -> SectionKind:
        starts = [block.start for block, _ in self._blocks]
        return self._blocks[bisect_right(starts, sentence.start) - 1][1]

    @cached_property
    def _setting(self) -> Setting:
        return setting(self._text)


def _worded(sentence: str, interaction: str) -> bool:
    pattern = trigger_pattern(interaction)
    return bool(pattern and pattern.search(sentence))


def _assessable(drug: Span, target: Span, sentence: Span) -> bool:
    """Whether both names stand in the sentence, apart from each other and not too far."""
    inside = all(sentence.start <= span.start and span.end <= sentence.end for span in (drug, target))
    return inside and not drug.overlaps(target) and _distance(drug, target) <= _APART


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


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
    return min(product(drugs, targets), key=lambda pair: (Span.overlaps(*pair), _distance(*pair)))


def _distance(left: Span, right: Span) -> int:
    return max(left.start - right.end, right.start - left.end, 0)

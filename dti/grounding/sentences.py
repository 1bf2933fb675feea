"""Sentences of a document as spans of its text; the choice of splitter is recorded in ADR 0045."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

from dti.domain.documents import Document, Section
from dti.domain.evidence import SectionKind, Span

# The splitter does not cut between brackets, and takes the signs of "P < 0.05" and a later "P > 0.1" for a pair: all
# sentences between them become one. One character for one keeps the offsets.
_BRACKETS = str.maketrans("<>()[]{}", "," * 8)
_OPENING_BRACKET = re.compile(r"(?<=[.!?] )[(\[](?=\S)")

_HEADINGS = {
    SectionKind.RESULTS: re.compile(r"result|finding|observation", re.IGNORECASE),
    SectionKind.CONCLUSIONS: re.compile(
        r"conclusion|discussion|interpretation|significance|implication|summary", re.IGNORECASE
    ),
    SectionKind.METHODS: re.compile(
        r"method|material|design|patient|setting|procedure|experimental|approach|participant", re.IGNORECASE
    ),
    SectionKind.BACKGROUND: re.compile(
        r"background|introduction|objective|aim|purpose|context|rationale|hypothes", re.IGNORECASE
    ),
}
_NEVER_LAST = re.compile(r"\b(?:vs|cf|ca|e\.g|i\.e|[Ff]igs?|[Ee]qs?|[Rr]efs?|approx|p)\.$")
_SELDOM_LAST = re.compile(r"\b(?:spp?|s?sp|subspp?|nov|gen|cv|var|al|resp|nos?|Ltd|Inc|Co|Corp|(?:[a-z]\.)+[a-z]|[A-Z])\.$")
_ROUTE_ENDS_SENTENCE = re.compile(r"\b(?:i\.[vpmc]|[ps]\.[oc]|[bt]\.i\.d|q\.d)\.\s+(?=[A-Z][a-z]+\s)")


def sentences(document: Document) -> tuple[Span, ...]:
    """Spans of `document.text` in order, outer space excluded; title and labelled sections are never joined.

    Section labels belong to no sentence where the document knows its sections.
    """
    text = document.text
    return tuple(span for block, _ in blocks(document) for span in _split(text, block))


def blocks(document: Document) -> Iterator[tuple[Span, SectionKind]]:
    """Stretches of text that no sentence crosses, in order: the title, each section, whatever stands between."""
    text = document.text
    cursor = len(document.title)
    yield Span(0, cursor), SectionKind.TITLE
    for section in document.sections:
        start = text.find(section.text, cursor) if section.text else -1
        if start >= 0:
            yield Span(cursor, _before_label(text, cursor, start, section.label)), SectionKind.UNKNOWN
            cursor = start + len(section.text)
            yield Span(start, cursor), section_kind(section)
    yield Span(cursor, len(text)), SectionKind.UNKNOWN


def section_kind(section: Section) -> SectionKind:
    """By the words of NLM's category, or else of the label; of "METHODS AND RESULTS" the results."""
    for heading in (section.category, section.label):
        for kind, words in _HEADINGS.items():
            if words.search(heading):
                return kind
    return SectionKind.UNKNOWN


def _before_label(text: str, cursor: int, start: int, label: str) -> int:
    """Where the text before a section ends: in front of its printed label, if it has one."""
    gap = text[cursor:start]
    bare = gap.rstrip().removesuffix(":")
    if label and bare.casefold().endswith(label.rstrip(": ").casefold()):
        return cursor + len(bare) - len(label.rstrip(": "))
    return start


def _split(text: str, block: Span) -> Iterator[Span]:
    """Sentences of one block; the splitter's cuts, without those inside names and with those after routes of dosing."""
    part = text[block.start : block.end]
    cuts = [0, *sorted(_cuts(part)), len(part)]
    for start, end in pairwise(cuts):
        sentence = part[start:end]
        if stripped := sentence.strip():
            offset = block.start + start + len(sentence) - len(sentence.lstrip())
            yield Span(offset, offset + len(stripped))


def _cuts(part: str) -> set[int]:
    masked = _OPENING_BRACKET.sub("A", part).translate(_BRACKETS)
    boundaries = sentencex.get_sentence_boundaries("en", masked)
    proposed = {boundary["end_index"] for boundary in boundaries}
    kept = {cut for cut in proposed if 0 < cut < len(part) and not _inside_sentence(part, cut)}
    return kept | {match.end() for match in _ROUTE_ENDS_SENTENCE.finditer(part)}


def _inside_sentence(part: str, cut: int) -> bool:
    """Whether the full stop before the cut belongs to an abbreviation that goes on, e.g. "Fusarium spp. were"."""
    before = part[max(0, cut - 16) : cut].rstrip()
    following = part[cut : cut + 8].lstrip()[:1]
    goes_on = following.islower() or following.isdigit() or following in {"(", "["}
    return bool(_NEVER_LAST.search(before)) or (goes_on and bool(_SELDOM_LAST.search(before)))

"""From a document to the drugs and targets that it names."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.lexicon import Hint, NameType
from dti.domain.mentions import EntityMention, Found
from dti.grounding.abbreviations import definitions
from dti.lexicon import Lexicon, Posting
from dti.lexicon.fold import fold
from dti.mentions.aliases import Aliases
from dti.mentions.compounds import part_of_another
from dti.mentions.conventions import by_subtype
from dti.mentions.ellipsis import members
from dti.mentions.interrupted import across_brackets, sharing_a_word
from dti.mentions.junk import Context, common_words, is_name
from dti.mentions.matching import TokenisedText
from dti.mentions.opinion import revised
from dti.mentions.ranking import rank
from dti.mentions.shortforms import defined, settled, undisputed
from dti.mentions.tagger import Tagger
from dti.mentions.unlisted import unlisted_drugs

_ORDER = (Found.ABBREVIATION, Found.ELLIPSIS, Found.NAME, Found.PATTERN)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A mention before it is known which of its postings is meant."""

    span: Span
    kind: EntityKind
    found: Found
    postings: tuple[Posting, ...] = ()


_Found = TypeVar("_Found", _Hit, EntityMention)


class Recogniser:
    """Finds mentions with one lexicon and, where one is given, the tagger's opinion; safe to share between threads."""

    def __init__(self, lexicon: Lexicon, tagger: Tagger | None = None) -> None:
        self._lexicon = lexicon
        self._aliases = Aliases(lexicon)
        self._tagger = tagger
        self._rank = lru_cache(maxsize=1 << 14)(lambda postings: rank(postings, lexicon))

    def find(self, document: Document) -> tuple[EntityMention, ...]:
        """Mentions in order of position; spans index `document.text`."""
        text = document.text
        found = [self._mention(hit) for hit in _outermost([*self._names(text), *_unlisted(text)])]
        told = definitions(text)
        found = _outermost([*undisputed(text, told, found), *defined(text, told, found), *self._interrupted(text)])
        found = list(settled(text, found, self._lexicon))
        title = len(document.title)
        if self._tagger:
            found = sorted(revised((text, title), found, self._tagger.read(text), self._aliases), key=_place)
        return tuple(replace(mention, in_title=mention.span.end <= title) for mention in found)

    def _names(self, text: str) -> Iterator[_Hit]:
        tokenised = TokenisedText(text)
        yield from self._listed(tokenised)
        yield from self._completed(tokenised)

    def _listed(self, text: TokenisedText) -> Iterator[_Hit]:
        """Names that stand in the text in one piece."""
        for match in text.matches(self._lexicon):
            span = _closed(text.text, text.tokens[match.first].start, text.tokens[match.last].end)
            if span is None:
                continue
            context = Context(text.text, span, text.key(match))
            for kind in EntityKind:
                postings = self._aliases.postings(match.row, kind, role=context.in_a_role)
                if not postings or context.excludes(kind) or (kind is EntityKind.DRUG and part_of_another(text.text, span)):
                    continue
                if kept := tuple(p for p in postings if is_name(context, p) and self._pointed_at(p, kind)):
                    yield _Hit(span, kind, Found.NAME, kept)

    def _pointed_at(self, posting: Posting, kind: EntityKind) -> bool:
        """Whether a document may be about it: a class of drugs ("antioxidants") is what its members have in common."""
        return kind is EntityKind.TARGET or Hint.FAMILY not in self._lexicon.entity(posting.entity).hints

    def _completed(self, text: TokenisedText) -> Iterator[_Hit]:
        """Targets of enumerations, each where its own part of the name stands."""
        for member in members(text, self._lexicon):
            token = text.tokens[member.index]
            if strong := self._strong(member.row):
                yield _Hit(Span(token.start, token.end), EntityKind.TARGET, Found.ELLIPSIS, strong)
        for span, row in (*sharing_a_word(text.text, self._lexicon), *by_subtype(text.text, self._lexicon)):
            if strong := self._strong(row):
                yield _Hit(span, EntityKind.TARGET, Found.ELLIPSIS, strong)

    def _interrupted(self, text: str) -> Iterator[EntityMention]:
        """Targets whose names a bracket interrupts; apart from the others, since what it defines is a mention too."""
        for span, row in across_brackets(text, self._lexicon):
            if strong := self._strong(row):
                yield self._mention(_Hit(span, EntityKind.TARGET, Found.ELLIPSIS, strong))

    def _strong(self, row: int) -> tuple[Posting, ...]:
        postings = self._aliases.postings(row, EntityKind.TARGET, role=False)
        return tuple(
            p for p in postings if p.type is not NameType.WEAK and fold(p.spelling) not in common_words(EntityKind.TARGET)
        )

    def _mention(self, hit: _Hit) -> EntityMention:
        return EntityMention(hit.span, hit.kind, self._rank(hit.postings), hit.found)


def _closed(text: str, start: int, end: int) -> Span | None:
    """The span with the bracket that it opens, "D(2" as "D(2)"; None if its brackets belong to something else."""
    written = text[start:end]
    opened = written.count("(") - written.count(")")
    if opened == 1 and text[end : end + 1] == ")":
        return Span(start, end + 1)
    return Span(start, end) if opened == 0 or "[" in written else None


def _unlisted(text: str) -> Iterator[_Hit]:
    spans = (span for span in unlisted_drugs(text) if not part_of_another(text, span))
    return (_Hit(span, EntityKind.DRUG, Found.PATTERN) for span in spans)


def _outermost(mentions: Iterable[_Found]) -> list[_Found]:
    """Mentions in order of position without those that overlap a longer one; of one span each kind once."""
    kept: dict[tuple[Span, EntityKind], _Found] = {}
    taken: list[tuple[int, int]] = []  # disjoint and in order, so that a full text takes no quadratic time
    ranked = sorted(mentions, key=lambda m: (m.span.start - m.span.end, _ORDER.index(m.found)))
    for mention in ranked:
        place = mention.span.start, mention.span.end
        at = bisect_left(taken, place)
        again = taken[at : at + 1] == [place]
        if mention.found is Found.PATTERN if again else any(_overlap(place, other) for other in taken[max(0, at - 1) : at + 1]):
            continue
        kept.setdefault((mention.span, mention.kind), mention)
        if not again:
            taken.insert(at, place)
    return sorted(kept.values(), key=_place)


def _place(mention: _Hit | EntityMention) -> tuple[int, EntityKind]:
    return mention.span.start, mention.kind


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]

"""From a document to the drugs and targets that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.lexicon import NameType
from dti.domain.mentions import EntityMention, Found
from dti.grounding.abbreviations import definitions
from dti.lexicon import Lexicon, Posting
from dti.lexicon.fold import tokens
from dti.mentions.ellipsis import members
from dti.mentions.junk import Context, is_name
from dti.mentions.matching import TokenisedText
from dti.mentions.ranking import rank
from dti.mentions.unlisted import unlisted_drugs

# A long form may begin with a word that the name lacks, such as "human" or "soluble".
_FOREIGN_WORD = 12
_ORDER = (Found.ABBREVIATION, Found.ELLIPSIS, Found.NAME, Found.PATTERN)


class Recogniser:
    """Finds mentions with one lexicon; safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def find(self, document: Document) -> tuple[EntityMention, ...]:
        """Mentions in order of position; spans index `document.text`."""
        text = document.text
        found = _outermost([*self._names(text), *_unlisted(text)])
        found = _outermost([*_undisputed(text, found), *_defined(text, found)])
        title = len(document.title)
        return tuple(replace(mention, in_title=mention.span.end <= title) for mention in found)

    def _names(self, text: str) -> Iterator[EntityMention]:
        tokenised = TokenisedText(text)
        for match in tokenised.matches(self._lexicon):
            span = _closed(text, tokenised.tokens[match.first].start, tokenised.tokens[match.last].end)
            if span is not None:
                context = Context(text, span, tokenised.key(match))
                for kind in EntityKind:
                    postings = self._lexicon.postings(match.row, kind)
                    if postings and not context.excludes(kind):
                        kept = [posting for posting in postings if is_name(context, posting)]
                        yield from self._mention(span, kind, kept, Found.NAME)
        for member in members(tokenised, self._lexicon):
            token = tokenised.tokens[member.index]
            kept = [p for p in self._lexicon.postings(member.row, EntityKind.TARGET) if p.type is not NameType.WEAK]
            yield from self._mention(Span(token.start, token.end), EntityKind.TARGET, kept, Found.ELLIPSIS)

    def _mention(self, span: Span, kind: EntityKind, postings: Sequence[Posting], found: Found) -> Iterator[EntityMention]:
        if alternatives := rank(postings, self._lexicon):
            yield EntityMention(span, kind, alternatives, found)


def _closed(text: str, start: int, end: int) -> Span | None:
    """The span with the bracket that it opens, "D(2" as "D(2)"; None if its brackets belong to something else."""
    written = text[start:end]
    opened = written.count("(") - written.count(")")
    if opened == 1 and text[end : end + 1] == ")":
        return Span(start, end + 1)
    return Span(start, end) if opened == 0 or "[" in written else None


def _unlisted(text: str) -> Iterator[EntityMention]:
    return (EntityMention(span, EntityKind.DRUG, (), Found.PATTERN) for span in unlisted_drugs(text))


def _outermost(mentions: Iterable[EntityMention]) -> list[EntityMention]:
    """Mentions in order of position without those that overlap a longer one; of one span each kind once."""
    kept: dict[tuple[Span, EntityKind], EntityMention] = {}
    taken: list[Span] = []
    ranked = sorted(mentions, key=lambda m: (m.span.start - m.span.end, _ORDER.index(m.found)))
    for mention in ranked:
        span = mention.span
        if any(span.start < other.end and other.start < span.end and other != span for other in taken):
            continue
        if mention.found is Found.PATTERN and span in taken:
            continue
        kept.setdefault((span, mention.kind), mention)
        taken.append(span)
    return sorted(kept.values(), key=lambda m: (m.span.start, m.kind))


def _defined(text: str, found: list[EntityMention]) -> Iterator[EntityMention]:
    """Short forms that the text defines for a mention, wherever they stand."""
    for definition in definitions(text):
        short = text[definition.short.start : definition.short.end]
        meant = [
            m for m in found if m.span.end == definition.long.end and m.span.start <= definition.long.start + _FOREIGN_WORD
        ]
        for match in re.finditer(rf"(?<![^\W_]){re.escape(short)}(?=s?(?![^\W_]))", text):
            for mention in meant:
                yield replace(mention, span=Span(*match.span()), found=Found.ABBREVIATION)


def _undisputed(text: str, found: list[EntityMention]) -> Iterator[EntityMention]:
    """Mentions without the short forms that the text defines as something that shares no word with what the lexicon means."""
    defined = {text[d.short.start : d.short.end]: text[d.long.start : d.long.end] for d in definitions(text)}
    for mention in found:
        long = defined.get(text[mention.span.start : mention.span.end])
        if long is None or mention.found is Found.PATTERN or _related(long, mention):
            yield mention


def _related(long: str, mention: EntityMention) -> bool:
    """Whether a name of an entity that the mention may mean shares a word with the long form."""
    words = _words(long)
    return any(words & _words(name.text) for alternative in mention.alternatives for name in alternative.entity.names)


def _words(name: str) -> set[str]:
    return {token.fold for token in tokens(name) if len(token.fold) > 3}

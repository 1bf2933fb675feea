"""The tagger's opinion of what lexicon and patterns found: names that it adds, and weak finds that it does not believe."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.identity import normalise_name
from dti.domain.lexicon import Hint
from dti.domain.mentions import EntityMention, Found
from dti.lexicon import Posting
from dti.lexicon.fold import fold
from dti.mentions.aliases import Aliases
from dti.mentions.compounds import part_of_another
from dti.mentions.junk import common_words, of_this_case
from dti.mentions.ranking import rank
from dti.mentions.tagger import Reading, Tagged

# The least that one word of a doubtful name must have of being of its kind.
_DOUBTFUL = 0.02
_SHORTEST_SAFE = 5
_WEAK_SCORE = 0.86
# Least probability of every word of a name that nothing else finds.
_ADDED = {EntityKind.DRUG: 0.3, EntityKind.TARGET: 0.9}
_SHORTEST_ADDED = 3
_OFTEN = 2
_EDGES = " -‐‑–,./:;*"
_BRACKETS = ("()", "[]", "{}")


def revised(
    document: tuple[str, int], mentions: Sequence[EntityMention], reading: Reading, aliases: Aliases
) -> list[EntityMention]:
    """Mentions without those that the tagger does not believe, and with what it alone finds; in no order.

    `document` is a text with the length of its title. What the tagger finds and the lexicon lists is what it lists.
    """
    kept = list(_believed(document[0], mentions, reading))
    return [*kept, *_added(document, [mention.span for mention in kept], reading, aliases)]


def _believed(text: str, mentions: Iterable[EntityMention], reading: Reading) -> Iterator[EntityMention]:
    """A name is judged by the place where the tagger believes it most."""
    groups: dict[tuple[EntityKind, str], list[EntityMention]] = defaultdict(list)
    for mention in mentions:
        written = text[mention.span.start : mention.span.end]
        name = mention.alternatives[0].entity.curie if mention.alternatives else normalise_name(written)
        groups[mention.kind, name].append(mention)
    for (kind, _), group in groups.items():
        needed = _needed(group)
        if not needed or max(reading.support(mention.span, kind) for mention in group) >= needed:
            yield from group


def _needed(group: Sequence[EntityMention]) -> float:
    """Probability that one word of a name must have: a little for a short symbol, nothing for what is no doubt a name."""
    if any(mention.found is Found.ELLIPSIS or not mention.alternatives for mention in group):
        return 0.0  # "B" of "MAO-A and -B" is no name by itself; the tagger knows no codes younger than its corpora
    short = min(mention.span.end - mention.span.start for mention in group) < _SHORTEST_SAFE
    return _DOUBTFUL if short and max(mention.alternatives[0].score for mention in group) < _WEAK_SCORE else 0.0


def _added(document: tuple[str, int], taken: Sequence[Span], reading: Reading, aliases: Aliases) -> Iterator[EntityMention]:
    text, title = document
    free = [name for name in _names(text, reading) if not any(map(name.span.overlaps, taken)) and not _in_part(text, name)]
    often = Counter(_written(text, name).casefold() for name in free)
    for name in free:
        written = _written(text, name)
        if alternatives := rank(_listed(written, name.kind, aliases), aliases.lexicon):
            yield EntityMention(name.span, name.kind, alternatives, Found.TAGGER)
        elif _worth(written, name, in_title=name.span.end <= title, often=often[written.casefold()] >= _OFTEN):
            yield EntityMention(name.span, name.kind, (), Found.TAGGER)


def _in_part(text: str, name: Tagged) -> bool:
    return name.kind is EntityKind.DRUG and part_of_another(text, name.span)


def _listed(written: str, kind: EntityKind, aliases: Aliases) -> tuple[Posting, ...]:
    """What the lexicon has under the name; a drug's only if it is no class of drugs."""
    postings = aliases.lookup(written, kind)
    if kind is EntityKind.TARGET:
        return tuple(posting for posting in postings if of_this_case(written, posting.spelling))
    return tuple(posting for posting in postings if Hint.FAMILY not in aliases.lexicon.entity(posting.entity).hints)


def _names(text: str, reading: Reading) -> Iterator[Tagged]:
    """Sufficiently certain names, each without the punctuation at its ends."""
    for name in reading.names(min(_ADDED.values())):
        written = _written(text, name)
        start = name.span.start + len(written) - len(written.lstrip(_EDGES))
        bare = written.strip(_EDGES)
        closed = all(bare.count(pair[0]) == bare.count(pair[1]) for pair in _BRACKETS)
        letters = sum(char.isalpha() for char in bare)
        known = fold(bare) in common_words(name.kind)
        if name.probability >= _ADDED[name.kind] and len(bare) >= _SHORTEST_ADDED and letters > 1 and closed and not known:
            yield Tagged(Span(start, start + len(bare)), name.kind, name.probability)


def _worth(written: str, name: Tagged, *, in_title: bool, often: bool) -> bool:
    """Whether an unlisted name is worth a candidate: targets of the title, drugs but for classes and words said in passing."""
    if name.kind is EntityKind.TARGET:
        return in_title
    return not written.islower() or ((often or in_title) and not written.endswith("s"))


def _written(text: str, name: Tagged) -> str:
    return text[name.span.start : name.span.end]

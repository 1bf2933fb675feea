"""The word of a sentence that states the interaction: "inhibited" for an inhibitor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from dti.domain.evidence import Span
from dti.domain.interactions import InteractionType
from dti.vocabulary import default_vocabulary

_WORD = re.compile(r"[a-z]{4,}")
_SUFFIX = re.compile(r"(?:at|it|ist|i|t)?(?:ors?|ers?|ists?|isms?|ions?|ing|ed|ates?|s)$")


def trigger(text: str, sentence: Span, names: Sequence[Span], interaction: str) -> Span | None:
    """The whole word that states the interaction, outside the names: one between them first, then the nearest.

    A word of another interaction serves where the sentence has none of this one.
    """
    for pattern in (trigger_pattern(interaction), any_trigger()):
        found = [Span(*match.span()) for match in pattern.finditer(text, sentence.start, sentence.end)] if pattern else []
        if free := [span for span in found if not any(span.overlaps(name) for name in names)]:
            return min(free, key=lambda span: _order(span, names))
    return None


@lru_cache(maxsize=256)
def trigger_pattern(interaction: str) -> re.Pattern[str] | None:
    """Words that state the interaction, by the vocabulary; of a label that it lacks, words of the same stems, if any."""
    vocabulary = default_vocabulary()
    kind = vocabulary.normalise(interaction).type
    if kind is not InteractionType.UNKNOWN:
        return _pattern(vocabulary.entries[kind].stems)
    stems = {_SUFFIX.sub("", word) for word in _WORD.findall(interaction.casefold())}
    return _pattern(stem for stem in stems if len(stem) >= 4)


@lru_cache(maxsize=1)
def any_trigger() -> re.Pattern[str] | None:
    """Words that state any interaction of the vocabulary."""
    return _pattern(stem for entry in default_vocabulary().entries.values() for stem in entry.stems)


def _pattern(stems: Iterable[str]) -> re.Pattern[str] | None:
    words = sorted(set(stems), key=lambda stem: (-len(stem), stem))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_words, words))})", re.IGNORECASE) if words else None


def _words(stem: str) -> str:
    """A stem with any ending; a measure such as "Ki" as it is written."""
    return rf"{re.escape(stem)}\w*" if stem.islower() else rf"(?-i:{re.escape(stem)})(?!\w)"


def _order(span: Span, names: Sequence[Span]) -> tuple[bool, int, int]:
    begin, end = min(name.end for name in names), max(name.start for name in names)
    distance = min(max(span.start - name.end, name.start - span.end) for name in names)
    return not begin <= span.start < end, distance, span.start

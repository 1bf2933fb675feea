"""What a sentence itself calls a drug: "X is an inverse agonist of Y", "the Y inhibitor X", "Y was inhibited by X".

Only phrases that leave no choice count, so most sentences say nothing here; where one does, no statistics are needed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product

from dti.assertion.cues import DRUG, TARGET, expanded
from dti.domain.evidence import Span

_KINDS = {"noun": "nouns", "verb": "verbs", "action": "actions"}


@dataclass(frozen=True, slots=True)
class Statement:
    """That the sentence calls a drug the `label` of a target, or denies it."""

    drug: Span
    target: Span
    label: str
    denied: bool


def statements(sentence: str, drugs: Sequence[Span], targets: Sequence[Span]) -> Iterator[Statement]:
    """All of one sentence; of names that hold one another the longer counts, and one of both kinds may be either."""
    for drugs_first in (True, False):
        text = _masked(sentence, drugs, targets, drugs_first=drugs_first)
        yield from _stated(text, drugs, targets)
        if not set(drugs) & set(targets):
            return


def _masked(sentence: str, drugs: Sequence[Span], targets: Sequence[Span], *, drugs_first: bool) -> str:
    marked = [(span, DRUG, drugs_first) for span in drugs] + [(span, TARGET, not drugs_first) for span in targets]
    chars = list(sentence)
    for span, mask, _ in sorted(marked, key=lambda item: (item[0].end - item[0].start, item[2])):
        chars[span.start : span.end] = mask * (span.end - span.start)
    return "".join(chars)


def _stated(text: str, drugs: Sequence[Span], targets: Sequence[Span]) -> Iterator[Statement]:
    phrases, labels, denied = _phrases()
    for phrase in phrases:
        for match in phrase.finditer(text):
            label = next(label for kind, label in labels if _says(match, kind, label))
            for ends in product(_within(drugs, match.span("drugs")), _within(targets, match.span("targets"))):
                yield Statement(*ends, label, bool(denied.search(match[0])))


def _says(match: re.Match[str], kind: str, label: str) -> bool:
    groups = match.re.groupindex
    return kind in groups and bool(_words(kind)[label].fullmatch(match[kind]))


def _within(spans: Sequence[Span], whole: tuple[int, int]) -> list[Span]:
    return [span for span in spans if whole[0] <= span.start and span.end <= whole[1]]


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("dti.assertion").joinpath("statements.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _words(kind: str) -> dict[str, re.Pattern[str]]:
    return {label: re.compile(words, re.IGNORECASE) for label, words in _table()[_KINDS[kind]].items()}


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[re.Pattern[str], ...], tuple[tuple[str, str], ...], re.Pattern[str]]:
    table = _table()
    macros = {**table["macros"], "mask": DRUG}
    for mask, name in ((DRUG, "drugs"), (TARGET, "targets")):
        macros[name] = f"(?P<{name}>{mask}+{{short}}(?:{{and}}{mask}+{{short}})*)"
    macros |= {kind: f"(?P<{kind}>{'|'.join(table[group].values())})" for kind, group in _KINDS.items()}
    labels = tuple((kind, label) for kind, group in _KINDS.items() for label in table[group])
    patterns = tuple(re.compile(expanded(pattern, macros), re.IGNORECASE) for pattern in table["phrases"]["patterns"])
    return patterns, labels, re.compile("|".join(table["phrases"]["denied"]), re.IGNORECASE)

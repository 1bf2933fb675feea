"""The plain dictionary: the named alternative for candidates, and what the floor chooses from."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ahocorasick

from dti.domain.documents import Document
from dti.domain.entities import EntityKind
from dti.domain.evidence import Span
from dti.domain.lexicon import LexiconEntity
from dti.lexicon import Lexicon
from dti.training.surface import forms

_PRINTING = frozenset({"drugbank", "drugbank-targets", "ttd"})
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Item:
    """A candidate as it is scored: its kind, and every name that may be printed for it."""

    kind: EntityKind
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """An entity of the lexicon, by its number, and where the document names it."""

    entity: int
    item: Item
    spans: tuple[Span, ...]


class PlainDictionary:
    """Aho-Corasick over the lower-cased names as listed: every name and synonym of what DrugBank and TTD print."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._entities: dict[str, set[int]] = {}
        self._items: dict[int, Item] = {}
        for number in range(len(lexicon)):
            entity = lexicon.entity(number)
            if any(entity.printed(source) for source in _PRINTING):
                self._add(number, entity)
        self._automaton = ahocorasick.Automaton()
        for name in self._entities:
            self._automaton.add_word(name, name)
        self._automaton.make_automaton()

    def _add(self, number: int, entity: LexiconEntity) -> None:
        self._items[number] = Item(entity.kind, tuple(filter(None, map(entity.printed, sorted(_PRINTING)))))
        listed = (form for name in entity.names for form in (name.text, *forms(name.text)))
        for name in {form.lower() for form in listed if len(form) >= _SHORTEST}:
            self._entities.setdefault(name, set()).add(number)

    def __call__(self, document: Document) -> Sequence[Item]:
        """Every entity with a name in the text that no longer name covers."""
        return [listed.item for listed in self.find(document)]

    def find(self, document: Document) -> Sequence[Listed]:
        """The same with the places of the names, in the order of the lexicon."""
        text = document.text.lower()
        spans: dict[int, list[Span]] = defaultdict(list)
        for last, name in self._automaton.iter_long(text):
            start, end = last + 1 - len(name), last + 1
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                for number in self._entities[name]:
                    spans[number].append(Span(start, end))
        return [Listed(number, self._items[number], tuple(spans[number])) for number in sorted(spans)]

    def seconds_to_load(self, path: Path) -> float:
        """Time to read the automaton back from a file."""
        self._automaton.save(str(path), str.encode)
        begin = time.perf_counter()
        ahocorasick.load(str(path), bytes.decode)
        return time.perf_counter() - begin

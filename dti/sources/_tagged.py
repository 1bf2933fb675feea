"""Records of "TAG - value" lines, the common ground of MEDLINE and RIS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dti.domain.documents import Document
from dti.errors import InputTooLargeError, MalformedInputError, SourceError
from dti.sources import _clean
from dti.sources._lines import Line, lines
from dti.sources.base import Input, Item, SourceFault


@dataclass(frozen=True, slots=True)
class Tagged:
    """One record: cleaned values by tag in the order of the file, and its number from 1."""

    ordinal: int
    values: dict[str, list[str]]

    def first(self, *tags: str) -> str:
        """The first value that is not empty, of the first of the tags that has one."""
        return next(iter(self.every(*tags)), "")

    def every(self, *tags: str) -> tuple[str, ...]:
        """All values of the tags, empty ones left out."""
        return tuple(value for tag in tags for value in self.values.get(tag, ()) if value)


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a format's lines read: a tagged line (groups: tag, value), which tags begin and end a record."""

    line: re.Pattern[str]
    begins: frozenset[str]
    ends: frozenset[str] = frozenset()
    blank_line_ends: bool = False


@dataclass(slots=True)
class _Open:
    """A record that is still being read; `parts` are tags with the lines of their values."""

    line: int
    parts: list[tuple[str, list[str]]] = field(default_factory=list)
    size: int = 0
    error: SourceError | None = None

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.parts}


def documents(source: Input, grammar: Grammar, convert: Callable[[Tagged], Document]) -> Iterator[Item]:
    """What `convert` makes of each record; a SourceError of its lines or of `convert` is a fault at its first line."""
    for ordinal, record in enumerate(_Assembler(grammar, source.limits.record_bytes).records(source), start=1):
        try:
            yield convert(_closed(record, ordinal, source.limits.field_chars))
        except SourceError as error:
            yield SourceFault.of(error, source.place(record.line))


def _closed(record: _Open, ordinal: int, limit: int) -> Tagged:
    if record.error is not None:
        raise record.error
    values: dict[str, list[str]] = {}
    for tag, parts in record.parts:
        values.setdefault(tag, []).append(_clean.clean(" ".join(parts), limit))
    if not any(value for texts in values.values() for value in texts):
        raise MalformedInputError("the record has no values")
    return Tagged(ordinal, values)


class _Assembler:
    """Puts lines together to records."""

    def __init__(self, grammar: Grammar, limit: int) -> None:
        self._grammar = grammar
        self._limit = limit
        self._current: _Open | None = None

    def records(self, source: Input) -> Iterator[_Open]:
        for line in lines(source):
            if (done := self._feed(line)) is not None:
                yield done
        if self._current is not None:
            yield self._current

    def _feed(self, line: Line) -> _Open | None:
        """The record that ends before or at this line, if one does."""
        if line.blank:
            return self._close() if self._grammar.blank_line_ends else None
        try:
            text = line.text()
        except SourceError as error:
            self._at(line).error = error
            return None
        match = self._grammar.line.fullmatch(text)
        if match is None:
            self._continue(text)
            return None
        return self._tag(match[1].strip(), match[2], line)

    def _tag(self, tag: str, value: str, line: Line) -> _Open | None:
        done = None
        ends = tag in self._grammar.ends
        if ends or (tag in self._grammar.begins and self._current is not None and tag in self._current.tags()):
            done = self._close()
        if not ends:
            record = self._at(line)
            record.parts.append((tag, [value]))
            self._grow(record, len(value))
        return done

    def _continue(self, text: str) -> None:
        """A line without a tag goes on with the value before it; outside of a record it says nothing."""
        if self._current is not None and self._current.parts:
            self._current.parts[-1][1].append(text)
            self._grow(self._current, len(text))

    def _grow(self, record: _Open, size: int) -> None:
        record.size += size
        if record.size > self._limit:
            record.error = InputTooLargeError(f"a record of more than {self._limit:,} characters exceeds the limit")
            record.parts.clear()

    def _at(self, line: Line) -> _Open:
        if self._current is None:
            self._current = _Open(line.number)
        return self._current

    def _close(self) -> _Open | None:
        done, self._current = self._current, None
        return done

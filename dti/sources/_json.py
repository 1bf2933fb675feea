"""Cuts objects out of a stream of JSON without parsing it, in memory of one object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dti.errors import InputTooLargeError
from dti.sources._cutter import Cut
from dti.sources.base import Input, SourceFault

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"(\s*:)?|\\?\Z)|[{}]', re.DOTALL)


@dataclass(slots=True)
class _Open:
    """An object whose end has not come: where it starts in the buffer, and whether it has the key."""

    start: int
    wanted: bool = False
    spent: bool = False


class JsonCutter:
    """Finds the objects that have the key `key` themselves, at any depth; what surrounds them is not kept.

    Raises InputTooLargeError where an object exceeds the record limit: nothing tells where the next one begins.
    """

    def __init__(self, source: Input, key: bytes) -> None:
        self._source = source
        self._key = b'"' + key + b'"'
        self._buffer = b""
        self._scanned = 0
        self._enough = 0
        self._line = 1
        self._stack: list[_Open] = []

    def __iter__(self) -> Iterator[Cut | SourceFault]:
        """Objects in the order of their ends, and a fault if the input ends inside one."""
        for chunk in self._source.chunks:
            self._buffer += chunk
            if len(self._buffer) >= self._enough:
                yield from self._scan(final=False)
            self._forget()
        yield from self._scan(final=True)
        if self._stack:
            yield SourceFault(self._source.place(self._line), "the JSON is cut off by the end of the input")

    def _scan(self, *, final: bool) -> Iterator[Cut]:
        while match := _TOKEN.search(self._buffer, self._scanned):
            if not final and match.end() == len(self._buffer) and match[0] not in b"{}":
                # A string that may go on: looked at again when twice as much of it is there, so that it is no square cost.
                self._scanned = match.start()
                self._enough = 2 * match.end() - match.start()
                return
            self._scanned = match.end()
            if match[0] == b"{":
                self._stack.append(_Open(match.start()))
            elif match[0] == b"}":
                yield from self._closed(match.end())
            elif match[1] is not None and self._stack and match[0].startswith(self._key):
                self._stack[-1].wanted = not self._stack[-1].spent
        self._scanned = len(self._buffer)

    def _closed(self, end: int) -> Iterator[Cut]:
        if not self._stack:
            return
        top = self._stack.pop()
        if top.wanted:
            yield Cut(self._buffer[top.start : end], self._line + self._buffer.count(b"\n", 0, top.start))
            for outer in self._stack:
                outer.spent = True  # an object around a record is none itself and need not be kept

    def _forget(self) -> None:
        """Drop what no open object needs."""
        keep = min((item.start for item in self._stack if not item.spent), default=self._scanned)
        if len(self._buffer) - keep > self._source.limits.record_bytes:
            limit, line = self._source.limits.record_bytes, self._line + self._buffer.count(b"\n", 0, keep)
            raise InputTooLargeError(f"{self._source.place(line)}: an object of more than {limit:,} bytes exceeds the limit")
        self._line += self._buffer.count(b"\n", 0, keep)
        self._buffer = self._buffer[keep:]
        self._scanned -= keep
        self._enough -= keep
        for item in self._stack:
            item.start -= keep

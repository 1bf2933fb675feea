"""Cuts a stream of XML into its records without parsing it, in memory of one record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dti.errors import InputTooLargeError
from dti.sources.base import Input, SourceFault

_SHORTEST_END_TAG = 4
_TAG_LIMIT = 64 * 1024
_EMPTY_TAG = re.compile(rb"<[^<>]*/>")
_AFTER_NAME = frozenset(b" \t\r\n>")


@dataclass(frozen=True, slots=True)
class Cut:
    """The bytes of one record, start tag to end tag, and the line that it starts on."""

    data: bytes
    line: int


class Cutter:
    """Finds elements called one of `names` that are not inside another one of them.

    Comments between records are skipped, so a record that is commented out is none.
    """

    def __init__(self, source: Input, names: tuple[str, ...], root: str) -> None:
        self._source = source
        self._start = re.compile(rb"<!--|<(" + "|".join(names).encode() + rb")(?=[\s/>])")
        self._orphan = re.compile(rb"</(?:" + "|".join(names).encode() + rb")(?=[\s>])")
        self._root_end = f"</{root}".encode() if root and root not in names else b""
        self._root = root
        self._buffer = b""
        self._position = 0
        self._line = 1
        self._faults: list[SourceFault] = []

    def __iter__(self) -> Iterator[Cut | SourceFault]:
        """Records, and faults where a record has lost its beginning or end or is too large."""
        while (name := self._seek()) is not None:
            if self._faults:
                yield from self._drain()
            yield self._take(name)
        yield from self._drain()
        if self._root_end:
            yield SourceFault(self._source.place(self._line), f"the input ends before </{self._root}>: it is not complete")

    def _drain(self) -> Iterator[SourceFault]:
        yield from self._faults
        self._faults.clear()

    def _more(self) -> bool:
        """Append the next chunk and drop what is behind the position; False at the end of the input."""
        chunk = next(self._source.chunks, b"")
        self._buffer = self._buffer[self._position :] + chunk
        self._position = 0
        return bool(chunk)

    def _advance(self, end: int) -> None:
        self._line += self._buffer.count(b"\n", self._position, end)
        self._position = end

    def _seek(self) -> bytes | None:
        """Go to the next start tag of a record; its name, or None at the end of the input."""
        while True:
            match = self._start.search(self._buffer, self._position)
            if match is not None:
                self._leave_gap(match.start())
                if match[1] is not None:
                    return match[1]
                self._skip_past(b"-->")
                continue
            unfinished = self._buffer.rfind(b"<", max(self._position, len(self._buffer) - _TAG_LIMIT))
            self._leave_gap(unfinished if unfinished >= 0 else len(self._buffer))
            if not self._more():
                self._leave_gap(len(self._buffer))
                return None

    def _leave_gap(self, end: int) -> None:
        """Pass over what lies between two records, which should be the markup around them."""
        if end - self._position < _SHORTEST_END_TAG:
            self._advance(end)
            return
        if orphan := self._orphan.search(self._buffer, self._position, end):
            self._advance(orphan.start())
            self._faults.append(SourceFault(self._source.place(self._line), f"{orphan[0].decode()}> without its start tag"))
        if self._root_end and self._buffer.find(self._root_end, self._position, end) >= 0:
            self._root_end = b""
        self._advance(end)

    def _skip_past(self, mark: bytes) -> bool:
        """Pass over everything up to and including `mark`, in constant memory; False if the input ends first."""
        while (found := self._buffer.find(mark, self._position)) < 0:
            self._advance(max(self._position, len(self._buffer) - len(mark)))
            if not self._more():
                return False
        self._advance(found + len(mark))
        return True

    def _take(self, name: bytes) -> Cut | SourceFault:
        """The record at the position."""
        line = self._line
        if empty := _EMPTY_TAG.match(self._buffer, self._position):
            self._advance(empty.end())
            return Cut(empty[0], line)
        mark = b"</" + name
        scanned = self._position
        while (end := self._end_of(mark, scanned)) < 0:
            scanned = max(0, len(self._buffer) - self._position - _TAG_LIMIT)
            if len(self._buffer) - self._position > self._source.limits.record_bytes:
                self._skip_past(mark)
                return self._too_large(line)
            if not self._more():
                self._advance(len(self._buffer))
                return SourceFault(self._source.place(line), f"<{name.decode()}> is cut off by the end of the input")
        if end - self._position > self._source.limits.record_bytes:
            self._advance(end)
            return self._too_large(line)
        data = self._buffer[self._position : end]
        self._advance(end)
        return Cut(data, line)

    def _end_of(self, mark: bytes, start: int) -> int:
        """Where the end tag that begins with `mark` ends, or -1 if the buffer does not hold it."""
        found = self._buffer.find(mark, start)
        while found >= 0:
            after = found + len(mark)
            if after < len(self._buffer) and self._buffer[after] in _AFTER_NAME:
                close = self._buffer.find(b">", after)
                return close + 1 if close >= 0 else -1
            found = self._buffer.find(mark, after)
        return -1

    def _too_large(self, line: int) -> SourceFault:
        limit = self._source.limits.record_bytes
        return SourceFault(
            self._source.place(line), f"a record of more than {limit:,} bytes exceeds the limit", InputTooLargeError.code
        )

"""Lines out of a stream, in memory of one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dti.errors import InputTooLargeError, MalformedInputError
from dti.sources.base import Input

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end; `data` is empty and `too_long` set where it exceeds a record's limit."""

    number: int
    data: bytes
    too_long: bool = False

    @property
    def blank(self) -> bool:
        """Whether there is nothing but white space."""
        return not self.too_long and not self.data.strip()

    def content(self) -> bytes:
        """The line's bytes; InputTooLargeError if it was too long to keep."""
        if self.too_long:
            raise InputTooLargeError(f"line {self.number} is longer than a record may be")
        return self.data

    def text(self) -> str:
        """The decoded line; MalformedInputError if it is no UTF-8, InputTooLargeError if it was too long to keep."""
        try:
            return self.content().decode()
        except UnicodeDecodeError as error:
            raise MalformedInputError(
                f"line {self.number} is not valid UTF-8 (byte {error.start + 1}: {error.reason})"
            ) from error


def lines(source: Input) -> Iterator[Line]:
    """Every line, without its LF or CR LF; one above the record limit is passed over in constant memory."""
    number, pending, too_long = 1, b"", False
    for chunk in source.chunks:
        first, *others = chunk.split(b"\n")
        pending += first
        for part in others:
            yield _line(number, pending, too_long=too_long)
            number, pending, too_long = number + 1, part, False
        if len(pending) > source.limits.record_bytes:
            pending, too_long = b"", True
    if pending or too_long:
        yield _line(number, pending, too_long=too_long)


def _line(number: int, data: bytes, *, too_long: bool) -> Line:
    if too_long:
        return Line(number, b"", too_long=True)
    data = data.removesuffix(b"\r")
    return Line(number, data.removeprefix(_MARK) if number == 1 else data)

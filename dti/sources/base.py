"""What a reader of literature is: bytes in, documents and faults out, one record in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from dti.domain.documents import Document
from dti.errors import MalformedInputError, SourceError


@dataclass(frozen=True, slots=True)
class SourceFault:
    """A stretch of input that yielded no document; `place` is "name:line", `code` that of the error it stands for."""

    place: str
    reason: str
    code: str = MalformedInputError.code

    @classmethod
    def of(cls, error: SourceError, place: str) -> SourceFault:
        """The value form of an error that concerns one record only."""
        return cls(place, error.reason if isinstance(error, MalformedInputError) else str(error), error.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one record may cost: bytes as they stand in the file, characters of one field once read."""

    record_bytes: int = 16 * 1024 * 1024
    field_chars: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Input:
    """A named input, decompressed: `chunks` are consecutive bytes of ASCII-compatible encoding, `encoding` set if known."""

    name: str
    chunks: Iterator[bytes]
    limits: Limits = Limits()
    encoding: str = ""

    def place(self, line: int) -> str:
        """Where `line` (from 1) is, as editors and compilers spell it."""
        return f"{self.name}:{line}"


Item: TypeAlias = Document | SourceFault


class Reader(Protocol):
    """Reads one format. A broken record becomes a fault and the next one is read.

    Raises MalformedInputError or InputTooLargeError where nothing after the place can be trusted.
    """

    def read(self, source: Input) -> Iterator[Item]:
        """Documents and faults in the order of the input."""

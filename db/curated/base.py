"""Protocol of the readers of curated tables, and what a table says of one pair."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import IO, Protocol, cast

from dti.errors import MalformedInputError

_SPACES = re.compile(r"[\s_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedPair:
    """A drug and a target that a curated source says act on each other.

    The first name of each end is the one to show. `action` is verbatim, "" where the source gives none. Identifiers are
    CURIEs in Bioregistry spelling; an end needs a name or an identifier. `reference` tells where the source has it from.
    """

    drug_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    drug_ids: tuple[str, ...] = ()
    target_ids: tuple[str, ...] = ()
    action: str = ""
    reference: str = ""


class CuratedReader(Protocol):
    """Reads one publisher's download."""

    def pairs(self, path: Path) -> Iterator[CuratedPair]:
        """The pairs in a file; raises MalformedInputError on a file without the expected columns."""


def rows(path: Path, columns: tuple[str, ...], *, delimiter: str = "\t", skip: str = "") -> Iterator[Mapping[str, str]]:
    """Rows of a table with a header, gzipped or not, keys in lower case with underscores; absent cells are "".

    A first line that starts with `skip` is left out.
    """
    with _open(path) as stream:
        if skip and not stream.readline().lstrip('"').startswith(skip):
            stream.seek(0)
        reader = csv.reader(stream, delimiter=delimiter)
        header = [column(name) for name in next(reader, [])]
        require(header, columns, path)
        for cells in reader:
            yield dict(zip_longest(header, cells[: len(header)], fillvalue=""))


def require(header: list[str], columns: tuple[str, ...], path: Path) -> None:
    """Raise MalformedInputError unless `header` has all of `columns`."""
    if missing := [name for name in columns if name not in header]:
        raise MalformedInputError(f"no column {missing[0]!r}", place=path.name)


def column(name: str) -> str:
    """A column's name in lower case with underscores."""
    return _SPACES.sub("_", name.strip().lower())


def present(*texts: str) -> tuple[str, ...]:
    """The texts that are not empty, each once."""
    return tuple(dict.fromkeys(stripped for text in texts if (stripped := text.strip())))


def ids(prefix: str, *identifiers: str) -> tuple[str, ...]:
    """CURIEs of one namespace."""
    return tuple(f"{prefix}:{identifier}" for identifier in present(*identifiers))


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, "rt", encoding="utf-8", errors="replace", newline=""))
    return path.open(encoding="utf-8", errors="replace", newline="")

"""Protocol of the lexicon's sources: a folder of download files to records."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar, Protocol, cast

import orjson

from dti.domain.entities import Curie, EntityKind
from dti.domain.lexicon import Hint, NameType
from dti.errors import MalformedInputError
from dti.lexicon.fold import fold

HUMAN = "9606"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one source says of one thing: the first identifier is the source's own, all of them mean the same thing.

    A record without names only joins identifiers.
    """

    ids: tuple[Curie, ...]
    kind: EntityKind
    names: tuple[tuple[str, NameType], ...] = ()
    taxon: str = ""
    hints: Hint = Hint.NONE
    members: tuple[Curie, ...] = ()


class LexiconSource(Protocol):
    """Reads the files of one publisher; paths are relative to the lexicon folder."""

    files: ClassVar[tuple[str, ...]]

    def records(self, folder: Path) -> Iterator[Record]:
        """Records of the files that are there; raises MalformedInputError on a file without the expected columns."""


def curie(prefix: str, identifier: str) -> Curie:
    """An identifier in Bioregistry spelling."""
    return Curie(f"{prefix}:{identifier}")


def curies(prefix: str, identifiers: Iterable[str]) -> tuple[Curie, ...]:
    """Identifiers of one namespace, empty ones left out."""
    return tuple(curie(prefix, identifier.strip()) for identifier in identifiers if identifier.strip())


def rows(path: Path, columns: tuple[str, ...], *, delimiter: str = "\t", quoted: bool = False) -> Iterator[dict[str, str]]:
    """Rows of a table with a header, `.gz` or not; nothing if there is no such file."""
    if not path.exists():
        return
    with _open(path) as stream:
        reader = csv.DictReader(stream, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        if missing := set(columns).difference(reader.fieldnames or ()):
            raise MalformedInputError(f"no column {sorted(missing)[0]!r}", place=path.name)
        for row in reader:
            yield {column: row[column] or "" for column in columns}


def entries(path: Path) -> list[dict[str, Any]]:
    """Objects of a JSON array; nothing if there is no such file, MalformedInputError if it is something else."""
    if not path.exists():
        return []
    try:
        found = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise MalformedInputError(str(error), place=path.name) from error
    if not isinstance(found, list):
        raise MalformedInputError("not a JSON array", place=path.name)
    return found


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, "rt", encoding="utf-8", newline=""))
    return path.open(encoding="utf-8", errors="replace", newline="")


def distinct(names: Iterable[str], but: str = "") -> list[str]:
    """The first spelling of each folded name, without those of `but`."""
    kept = {fold(but): but}
    for name in names:
        kept.setdefault(fold(name), name)
    return list(kept.values())[1:]


def typed(name_type: NameType, names: Iterable[str]) -> tuple[tuple[str, NameType], ...]:
    """Names of one type, outer space and quotes off, empty ones left out."""
    return tuple((name.strip().strip('"'), name_type) for name in names if name.strip().strip('"'))

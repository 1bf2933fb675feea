"""Readers of literature, by format, and the one way to read a file, a stream or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from dti.errors import SourceError
from dti.registry import Registry
from dti.sources._stream import BrokenStreamError, as_utf8, chunks
from dti.sources.base import Input, Item, Limits, Reader, SourceFault
from dti.sources.bioc_json import BiocJson
from dti.sources.bioc_xml import BiocXml
from dti.sources.detect import HEAD, detect
from dti.sources.jats import Jats
from dti.sources.jsonl import Jsonl
from dti.sources.medline import Medline
from dti.sources.plain_text import PlainText
from dti.sources.pubmed_xml import PubmedXml
from dti.sources.pubtator import Pubtator
from dti.sources.ris import Ris

__all__ = ["READERS", "Input", "Item", "Limits", "Reader", "SourceFault", "read"]

READERS: Registry[Reader] = Registry(
    "input format",
    {
        "pubmed_xml": PubmedXml,
        "medline": Medline,
        "ris": Ris,
        "pubtator": Pubtator,
        "bioc_xml": BiocXml,
        "bioc_json": BiocJson,
        "jats": Jats,
        "jsonl": Jsonl,
        "plain_text": PlainText,
    },
)

_STDIN = "-"


def read(
    source: str | Path | BinaryIO, *, name: str = "", input_format: str = "", limits: Limits | None = None
) -> Iterator[Item]:
    """Documents and faults of a path, of "-" (standard input) or of an open binary stream, gzipped or not.

    `name` is what places and ids are spelled with (default: the file's name without its folder), `input_format` a
    name of `READERS` (default: detected). An input that breaks off delivers what came before, then a fault; one that
    holds no record is a fault too. Raises SourceError where nothing can be read, OptionError on an unknown format.
    """
    with ExitStack() as stack:
        stream = source if not isinstance(source, str | Path) else _open(source, stack)
        name = name or _name(source)
        empty = True
        try:
            for item in _items(stream, name, input_format, limits or Limits()):
                empty = False
                yield item
        except BrokenStreamError as error:
            yield SourceFault.of(error, error.place)
        else:
            if empty:
                yield SourceFault(f"{name}:1", "the input is well-formed but holds no record")


def _items(stream: BinaryIO, name: str, input_format: str, limits: Limits) -> Iterator[Item]:
    content, encoding = as_utf8(chunks(stream, name), name)
    if not input_format:
        head, content = _head(content)
        input_format = detect(head, name)
    return READERS.build(input_format).read(Input(name, content, limits, encoding))


def _head(content: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and the whole content again; a break within them is met again where it is."""
    head = b""
    try:
        while len(head) < HEAD and (chunk := next(content, b"")):
            head += chunk
    except BrokenStreamError as error:
        return head, chain([head], _broken(error))
    return head, chain([head], content)


def _broken(error: BrokenStreamError) -> Iterator[bytes]:
    yield from ()
    raise error


def _name(source: str | Path | BinaryIO) -> str:
    if isinstance(source, str | Path):
        return "stdin" if source == _STDIN else Path(source).name
    return Path(str(getattr(source, "name", "stream"))).name


def _open(source: str | Path, stack: ExitStack) -> BinaryIO:
    if source == _STDIN:
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(source).open("rb"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{source}: {getattr(error, 'strerror', None) or error}") from error

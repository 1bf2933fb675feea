"""Bytes of a file, a stream or standard input; gzip and UTF-16 are undone on the way."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, cast

from isal import isal_zlib

from dti.errors import MalformedInputError, SourceError

CHUNK = 256 * 1024
# isal's stubs call this class an instance.
_GzipError = cast("type[Exception]", isal_zlib.IsalError)
_GZIP = b"\x1f\x8b"
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class BrokenStreamError(MalformedInputError):
    """The bytes stop or turn bad in the middle; what was delivered before is good."""


def chunks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Decompressed chunks of at most `CHUNK` bytes.

    Raises BrokenStreamError where a gzip stream is cut off or corrupt, SourceError where reading fails.
    """
    raw = _raw(stream, name)
    first = next(raw, b"")
    whole = chain([first], raw)
    return _inflate(whole, name) if first.startswith(_GZIP) else whole


def _raw(stream: BinaryIO, name: str) -> Iterator[bytes]:
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
    except OSError as error:
        raise SourceError(f"{name}: {error.strerror or error}") from error


def _inflate(compressed: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Members one after another, as `cat a.gz b.gz` makes them; zero padding between and after them is allowed."""
    total = 0
    inflater = isal_zlib.decompressobj(wbits=31)
    started = False
    for data in compressed:
        rest = data
        while rest:
            if not started:
                rest = rest.lstrip(b"\0")
                started = bool(rest)
            try:
                out = inflater.decompress(rest, CHUNK)
            except _GzipError as error:
                raise BrokenStreamError(
                    f"gzip stream is corrupt after {total:,} bytes of content ({error})", place=name
                ) from error
            total += len(out)
            if out:
                yield out
            rest = inflater.unconsumed_tail
            if inflater.eof:
                rest, started = inflater.unused_data, False
                inflater = isal_zlib.decompressobj(wbits=31)
    if started:
        raise BrokenStreamError(f"gzip stream is cut off after {total:,} bytes of content", place=name)


def as_utf8(content: Iterator[bytes], name: str) -> tuple[Iterator[bytes], str]:
    """The same text in an ASCII-compatible encoding, and that encoding where a byte-order mark told it, else ""."""
    first = next(content, b"")
    whole = chain([first], content)
    for mark, encoding in _UTF16.items():
        if first.startswith(mark):
            return _recode(whole, encoding, name), "utf-8"
    return whole, ""


def _recode(content: Iterator[bytes], encoding: str, name: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for data in content:
            yield decoder.decode(data).removeprefix("\ufeff").encode()
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise BrokenStreamError(f"not valid {encoding}: {error}", place=name) from error

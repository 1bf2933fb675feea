"""Records out of an XML stream, each parsed by itself.

So a record that is not well-formed is one fault and the next one is read, memory holds one record, and no DTD,
internal or external, ever reaches the parser: there is nothing that could expand or be fetched.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from lxml import etree

from dti.errors import InputTooLargeError, MalformedInputError, SourceError, UnsupportedFormatError
from dti.sources._cutter import Cut, Cutter
from dti.sources._markup import Element
from dti.sources.base import Input, Item, SourceFault

_PROLOG_LIMIT = 1024 * 1024
_SKIP = re.compile(rb"(?:\s+|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->)+", re.DOTALL)
_DOCTYPE = re.compile(rb"<!DOCTYPE\s(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*(?:\[.*?\]\s*)?>", re.DOTALL)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*?)?/?>")
_ENCODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_PREDEFINED = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
_PRINTABLE = bytes(range(32, 127))
_POSITION = re.compile(r", line \d+, column \d+$")


@dataclass(frozen=True, slots=True)
class Prolog:
    """What stands before the content: the root's name and start tag, the line it is on, the declared encoding."""

    root: str
    start_tag: bytes
    line: int
    encoding: str


@dataclass(frozen=True, slots=True)
class Record:
    """The bytes of one record, its number from 1, and the parser for it or for a part of it."""

    data: bytes
    ordinal: int
    utf8: bool
    parse: Callable[[bytes], Element]


Convert = Callable[[Record], Iterator[Item]]


def prolog(head: bytes, name: str) -> Prolog | None:
    """Read the prolog at the beginning of `head`; None if its end is not in `head` or it is no XML.

    Raises MalformedInputError if a document type declares entities: nothing here expands them.
    """
    position = 0
    doctype: re.Match[bytes] | None = None
    while match := _SKIP.match(head, position) or (doctype := _DOCTYPE.match(head, position)):
        position = match.end()
        if doctype is match and b"<!ENTITY" in match[0]:
            line = head.count(b"\n", 0, head.index(b"<!ENTITY", match.start())) + 1
            raise MalformedInputError("the document type declares entities, which is refused", place=f"{name}:{line}")
    root = _ROOT.match(head, position)
    if root is None:
        return None
    declared = _ENCODING.search(head, 0, position)
    return Prolog(root[1].decode(), root[0], head.count(b"\n", 0, position) + 1, declared[1].decode() if declared else "")


def records(source: Input, names: tuple[str, ...], convert: Convert) -> Iterator[Item]:
    """What `convert` makes of each element called one of `names`; a SourceError or XMLSyntaxError from it is a fault.

    Raises MalformedInputError if the prolog is none, UnsupportedFormatError if its encoding is unknown.
    """
    source, start = _begin(source)
    parse = _Parser(source, start, names)
    for cut in Cutter(source, names, "" if start.start_tag.endswith(b"/>") else start.root):
        if isinstance(cut, SourceFault):
            yield cut
        else:
            yield from parse.items(cut, convert)


def _begin(source: Input) -> tuple[Input, Prolog]:
    head = b""
    for chunk in source.chunks:
        head += chunk
        if start := prolog(head, source.name):
            return replace(source, chunks=chain([head], source.chunks)), start
        if len(head) > _PROLOG_LIMIT:
            raise InputTooLargeError(f"{source.place(1)}: no XML root element in the first {_PROLOG_LIMIT:,} bytes")
    raise MalformedInputError("no XML root element", place=source.place(1))


class _Parser:
    """Turns cut records into items."""

    def __init__(self, source: Input, start: Prolog, names: tuple[str, ...]) -> None:
        self._source = source
        encoding = (source.encoding or start.encoding or "utf-8").lower()
        self._utf8 = encoding in {"utf-8", "utf8", "us-ascii", "ascii"}
        self._ordinal = 0
        self._lxml = _lxml_parser(encoding, source)
        wrapped = b"xmlns" in start.start_tag and start.root not in names
        self._before = b" ".join(start.start_tag.split()) if wrapped else b""
        self._after = f"</{start.root}>".encode() if wrapped else b""

    def items(self, cut: Cut, convert: Convert) -> Iterator[Item]:
        """The record's items; where it is not well-formed, a fault, and the records that its missing end tag swallowed."""
        self._ordinal += 1
        try:
            yield from convert(Record(cut.data, self._ordinal, self._utf8, self._element))
        except etree.XMLSyntaxError as error:
            yield self._syntax_fault(error, cut)
            for piece in self._swallowed(cut):
                yield from self.items(piece, convert)
        except SourceError as error:
            yield SourceFault.of(error, self._source.place(cut.line))

    def _swallowed(self, cut: Cut) -> Iterator[Cut]:
        """Pieces of a broken record that begin like another record of the same name."""
        name = cut.data[1:].split(maxsplit=1)[0].partition(b">")[0]
        begins = re.compile(rb"<" + re.escape(name) + rb"(?=[\s/>])")
        starts = [match.start() for match in begins.finditer(cut.data, 1)]
        for start, end in pairwise([*starts, len(cut.data)]):
            yield Cut(cut.data[start:end], cut.line + cut.data.count(b"\n", 0, start))

    def _element(self, data: bytes) -> Element:
        try:
            return self._parsed(data)
        except etree.XMLSyntaxError:
            # The DTDs define HTML's named entities, and we read no DTD: `&alpha;` is worth a second try.
            translated = _NAMED.sub(_character_reference, data)
            if translated == data:
                raise
            return self._parsed(translated)

    def _parsed(self, data: bytes) -> Element:
        if not self._before:
            return etree.fromstring(data, self._lxml)
        return etree.fromstring(self._before + data + self._after, self._lxml)[0]

    def _syntax_fault(self, error: etree.XMLSyntaxError, cut: Cut) -> SourceFault:
        reason = _POSITION.sub("", " ".join((error.msg or "").split()))
        return SourceFault(self._source.place(cut.line + max(error.lineno or 1, 1) - 1), f"not well-formed XML: {reason}")


def _lxml_parser(encoding: str, source: Input) -> etree.XMLParser:
    try:
        if _PRINTABLE.decode(encoding) == _PRINTABLE.decode():  # records are cut out as if it were ASCII
            return etree.XMLParser(
                encoding=encoding,
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
                collect_ids=False,
            )
    except (LookupError, UnicodeError):
        pass
    raise UnsupportedFormatError(f"{source.place(1)}: unknown XML encoding {encoding!r}")


def _character_reference(match: re.Match[bytes]) -> bytes:
    if match[1] in _PREDEFINED:
        return match[0]
    return html.unescape(match[0].decode()).encode("ascii", "xmlcharrefreplace")

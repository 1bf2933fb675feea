"""Which format an input is in, judged by its first bytes; the name decides only where the bytes leave it open."""

from __future__ import annotations

import re
from pathlib import PurePath

from dti.errors import UnsupportedFormatError
from dti.sources import jats, pubmed_xml
from dti.sources._xml import prolog

HEAD = 64 * 1024

_ROOTS = {
    **dict.fromkeys(pubmed_xml.ROOTS, "pubmed_xml"),
    **dict.fromkeys(jats.ROOTS, "jats"),
    "collection": "bioc_xml",
}
_BIOC_KEY = re.compile(rb'"(?:documents|passages|PubTator3)"\s*:\s*\[')
_PUBTATOR = re.compile(rb"[^|\s]{1,64}\|[ta]\|")
_RIS = re.compile(rb"^[\s\xef\xbb\xbf]*TY {0,2}- ?", re.MULTILINE)
_MEDLINE = re.compile(rb"^(?:PMID|PMC |PMCR|OWN |STAT|TI  |AB  |FAU |AU  |PT  |JT  |TA  |DP  |LID |AID |OTO )- ?", re.MULTILINE)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1b\x7f]")
_TEXT_SUFFIXES = frozenset(("", ".txt", ".text", ".md"))


def detect(head: bytes, name: str) -> str:
    """The registered name of the format that `head`, the first bytes after decompression, is in.

    Raises UnsupportedFormatError where no reader is known, MalformedInputError where XML declares entities.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise UnsupportedFormatError(f"{name}:1: the input is empty")
    if start.startswith(b"<"):
        return _xml_format(head, name)
    if start.startswith((b"{", b"[")):
        return _json_format(start, name)
    return _text_format(start, name)


def _xml_format(head: bytes, name: str) -> str:
    begin = prolog(head, name)
    if begin is None:
        raise UnsupportedFormatError(f"{name}:1: no XML root element in the first {len(head):,} bytes")
    root = begin.root.rpartition(":")[2]
    if root in _ROOTS:
        return _ROOTS[root]
    raise UnsupportedFormatError(
        f"{name}:{begin.line}: XML with the root element <{begin.root}> is no known format of literature"
    )


def _json_format(start: bytes, name: str) -> str:
    if _BIOC_KEY.search(start):
        return "bioc_json"
    first = start.partition(b"\n")[0].rstrip()
    if first.startswith(b"{") and (first.endswith(b"}") or len(first) >= HEAD // 2):
        return "jsonl"
    raise UnsupportedFormatError(f"{name}:1: JSON, but neither BioC nor one object a line (jq -c makes lines)")


def _text_format(start: bytes, name: str) -> str:
    if _PUBTATOR.match(start):
        return "pubtator"
    ris, medline = _RIS.search(start), _MEDLINE.search(start)
    if ris and not (medline and medline.start() < ris.start()):
        return "ris"
    if medline:
        return "medline"
    if found := _BINARY.search(start):
        line = start.count(b"\n", 0, found.start()) + 1
        raise UnsupportedFormatError(f"{name}:{line}: binary data (byte 0x{found[0][0]:02X})")
    suffix = PurePath(name.removesuffix(".gz")).suffix.lower()
    if suffix in _TEXT_SUFFIXES:
        return "plain_text"
    raise UnsupportedFormatError(f"{name}:1: the content does not look like {suffix} or any other known format")

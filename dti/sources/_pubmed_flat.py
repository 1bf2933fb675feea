"""The flat lists of a PubMed citation, read by pattern before the parser builds a tree of the rest.

Most of a citation is authors with affiliations, headings, chemicals, history and references. A tree of them costs more
than all other work, so a list leaves the record here if its entries fit their pattern to the last character. A list
that does not fit stays where it is and the tree serves it; both ways give the same values. Affiliations, history and
references are cut out unread: nothing of them is kept.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from dti.domain.documents import MeshHeading, Substance
from dti.sources._clean import author_name

T = TypeVar("T")

_VALUE = r'"([^"<&]*)"'
_AUTHOR = re.compile(
    r'<Author(?: ValidYN="([YN])")?(?: EqualContrib="[YN]")?>\s*'
    r"(?:<LastName>([^<]+)</LastName>\s*)?(?:<ForeName>([^<]+)</ForeName>\s*)?(?:<Initials>([^<]+)</Initials>\s*)?"
    r"(?:<Suffix>([^<]+)</Suffix>\s*)?(?:<CollectiveName>([^<]+)</CollectiveName>\s*)?"
    r"(?:<Identifier [^<>]*>[^<]*</Identifier>\s*)*(?:<AffiliationInfo>[^<]*(?:<(?!/?Author)[^<]*)*)?</Author>"
)
_SUBSTANCE = re.compile(
    rf"\s*<Chemical>\s*<RegistryNumber>([^<]*)</RegistryNumber>\s*<NameOfSubstance UI={_VALUE}>([^<]*)</NameOfSubstance>\s*"
)
_HEADING = re.compile(
    rf'\s*<MeshHeading>\s*<DescriptorName UI={_VALUE} MajorTopicYN="([YN])"(?: Type="Geographic")?>([^<]*)</DescriptorName>\s*'
    rf'((?:<QualifierName UI={_VALUE} MajorTopicYN="[YN]">[^<]*</QualifierName>\s*)*)'
)
_QUALIFIER = re.compile(r">([^<]*)</QualifierName>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
WILD_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")

# The same headings and substances come again and again; a few thousand of them are most of a file.
_REMEMBERED = 1 << 14


@dataclass(frozen=True, slots=True)
class FlatLists:
    """Lists that were taken out of a record; None where the tree has it, or nobody."""

    authors: tuple[str, ...] | None = None
    mesh: tuple[MeshHeading, ...] | None = None
    substances: tuple[Substance, ...] | None = None


class Misfit(Exception):  # noqa: N818 - never leaves the PubMed readers
    """A part of a record that the tree has to read."""


class _Rest:
    """A record from which parts are taken in the order in which NLM writes them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._kept: list[bytes] = []
        self._position = 0

    def __bytes__(self) -> bytes:
        """What was not taken."""
        return b"".join((*self._kept, self._data[self._position :]))

    def take(self, name: bytes, convert: Callable[[str], tuple[T, ...]]) -> tuple[T, ...] | None:
        """Take out element `name` if `convert` accepts its content."""
        start = self._data.find(b"<" + name, self._position)
        end = self._data.find(b"</" + name + b">", start) if start >= 0 else -1
        if end < 0:
            return None
        try:
            content = self._data[self._data.find(b">", start) + 1 : end].decode()
            if "&" in content and WILD_AMPERSAND.search(content):
                return None
            found = convert(content)
        except (Misfit, UnicodeDecodeError):
            return None
        self._cut(start, end + len(name) + 3)
        return found

    def drop(self, name: bytes) -> None:
        """Take out everything from the first start tag of `name` to its last end tag."""
        start = self._data.find(b"<" + name + b">", self._position)
        if start >= 0 and (end := self._data.rfind(b"</" + name + b">", start)) >= 0:
            self._cut(start, end + len(name) + 3)

    def _cut(self, start: int, end: int) -> None:
        self._kept.append(self._data[self._position : start])
        self._position = end


def split(data: bytes) -> tuple[bytes, FlatLists]:
    """A UTF-8 record without its flat lists, and the lists. Never raises: what is odd is left for the tree."""
    if _has_declarations(data):
        return data, FlatLists()
    rest = _Rest(data)
    authors = rest.take(b"AuthorList", _authors)
    substances = rest.take(b"ChemicalList", _substances)
    mesh = rest.take(b"MeshHeadingList", _headings)
    rest.drop(b"History")
    rest.drop(b"ReferenceList")
    return bytes(rest), FlatLists(authors, mesh, substances)


def _has_declarations(data: bytes) -> bool:
    """Whether there are comments, CDATA or processing instructions; one rare byte is looked for first, for speed."""
    return (b"!" in data and b"<!" in data) or (b"?" in data and b"<?" in data)


def _authors(content: str) -> tuple[str, ...]:
    found = _AUTHOR.findall(content)
    if not len(found) == content.count("<Author") == content.count("</Author>"):
        raise Misfit
    names = [
        author_name(family.strip(), given.strip() or initials.strip(), suffix.strip(), group)
        for valid, family, given, initials, suffix, group in found
        if valid != "N"
    ]
    together = "|".join(names)
    tidy = together.isprintable() and "  " not in together and "&" not in together and "| " not in together
    return tuple(names if tidy else map(_plain, names))


def _substances(content: str) -> tuple[Substance, ...]:
    return tuple(map(_substance, _entries(content, "</Chemical>")))


def _headings(content: str) -> tuple[MeshHeading, ...]:
    return tuple(map(_heading, _entries(content, "</MeshHeading>")))


def _entries(content: str, end: str) -> list[str]:
    """The entries without their end tags."""
    *entries, behind = content.split(end)
    if behind.strip():
        raise Misfit
    return entries


def _fitted(pattern: re.Pattern[str], entry: str) -> re.Match[str]:
    if match := pattern.fullmatch(entry):
        return match
    raise Misfit


def _plain(text: str) -> str:
    """Unescaped, in one line; what XML does not allow in text is left for the parser to refuse."""
    if "&" in text:
        text = html.unescape(text)
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    if _CONTROL.search(text):
        raise Misfit
    return " ".join(text.split())


@lru_cache(_REMEMBERED)
def _substance(entry: str) -> Substance:
    registry, ui, name = _fitted(_SUBSTANCE, entry).groups()
    return Substance(_plain(name), ui, _plain(registry))


@lru_cache(_REMEMBERED)
def _heading(entry: str) -> MeshHeading:
    ui, major, name, qualified, *_ = _fitted(_HEADING, entry).groups()
    if not qualified:
        return MeshHeading(ui, _plain(name), major == "Y")
    is_major = major == "Y" or 'MajorTopicYN="Y"' in qualified
    return MeshHeading(ui, _plain(name), is_major, tuple(map(_plain, _QUALIFIER.findall(qualified))))

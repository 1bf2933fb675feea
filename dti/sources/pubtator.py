"""PubTator: "id|t|title" and "id|a|abstract" lines; annotations are passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dti.domain.documents import Document
from dti.errors import MalformedInputError, SourceError
from dti.sources import _clean
from dti.sources._lines import lines
from dti.sources._sections import by_label
from dti.sources.base import Input, Item, SourceFault

_TEXT = re.compile(r"([^|\t]{1,100})\|([ta])\|(.*)")
_ANNOTATION = re.compile(r"[^\t]+\t.*")


@dataclass(slots=True)
class _Open:
    """A document whose lines are still coming."""

    id: str
    line: int
    title: str = ""
    abstract: str = ""
    error: SourceError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pubtator:
    """Reads titles and abstracts by id. A digits-only id is a PMID, as everywhere in PubTator."""

    def read(self, source: Input) -> Iterator[Item]:
        """One item per document; a line that is neither text nor annotation is a fault of its own."""
        current: _Open | None = None
        for line in lines(source):
            if line.blank:
                continue
            try:
                match = _text_line(line.text())
                if match is None:
                    continue
                if current is None or match[1] != current.id:
                    yield from _finished(current, source)
                    current = _Open(match[1], line.number)
                _add(current, match, source.limits.field_chars)
            except SourceError as error:
                if current is not None and line.data.startswith(f"{current.id}|".encode()):
                    current.error = error
                else:
                    yield SourceFault.of(error, source.place(line.number))
        yield from _finished(current, source)


def _text_line(text: str) -> re.Match[str] | None:
    """The parts of a title or abstract line, None for an annotation; raises MalformedInputError for anything else."""
    match = _TEXT.fullmatch(text)
    if match is None and not _ANNOTATION.fullmatch(text):
        raise MalformedInputError(f"neither text nor annotation: {text[:60]!r}")
    return match


def _add(document: _Open, match: re.Match[str], limit: int) -> None:
    try:
        text = _clean.clean(match[3], limit)
    except SourceError as error:
        document.error = error
        return
    if match[2] == "t":
        document.title = text
    else:
        document.abstract = f"{document.abstract} {text}".strip()


def _finished(document: _Open | None, source: Input) -> Iterator[Item]:
    if document is None:
        return
    if document.error is not None:
        yield SourceFault.of(document.error, source.place(document.line))
        return
    identifier = document.id.strip()
    pmid = _clean.pmid(identifier)
    yield Document(
        source="pmid" if pmid else "file",
        id=pmid or identifier,
        title=document.title,
        abstract=document.abstract,
        sections=by_label(document.abstract),
        pmid=pmid,
    )

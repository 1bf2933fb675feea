"""JSON lines: one document a line, `{"id", "title", "abstract"}` and whatever else of a document is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import orjson

from dti.domain.documents import Document
from dti.errors import MalformedInputError, SourceError
from dti.sources import _clean
from dti.sources._lines import Line, lines
from dti.sources.base import Input, Item, SourceFault

Object: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jsonl:
    """Reads `id`, `title` and `abstract` (or `text`); other keys are ignored but for those named here.

    `pmid`, `pmcid`, `doi`, `language`, `journal`, `published`, `authors`, `publication_types`.
    """

    def read(self, source: Input) -> Iterator[Item]:
        """One item per line that is not blank."""
        for ordinal, line in enumerate((line for line in lines(source) if not line.blank), start=1):
            try:
                yield _document(line, f"{source.name}#{ordinal}", source.limits.field_chars)
            except SourceError as error:
                yield SourceFault.of(error, source.place(line.number))


def _document(line: Line, default_id: str, limit: int) -> Document:
    data = _object(line)
    texts = {key: _clean.clean(_string(data, key), limit) for key in ("title", "abstract", "text", "journal", "published")}
    abstract = texts["abstract"] or texts["text"]
    if not (texts["title"] or abstract):
        raise MalformedInputError("the object has neither a title nor an abstract")
    pmid, pmcid, doi = (
        _clean.pmid(_string(data, "pmid")),
        _clean.pmcid(_string(data, "pmcid")),
        _clean.doi(_string(data, "doi")),
    )
    own = _clean.clean(_string(data, "id"), limit) or default_id
    namespace, identifier = _clean.identity(pmid=pmid, pmcid=pmcid, doi=doi, own=own)
    return Document(
        source=namespace,
        id=identifier,
        title=texts["title"],
        abstract=abstract,
        pmid=pmid,
        pmcid=pmcid,
        doi=doi,
        languages=_strings(data, "language") or _strings(data, "languages"),
        journal=texts["journal"],
        published=_clean.free_date(texts["published"]),
        authors=_strings(data, "authors"),
        publication_types=_strings(data, "publication_types"),
    )


def _object(line: Line) -> Object:
    try:
        data = orjson.loads(line.content())
    except orjson.JSONDecodeError as error:
        wrong = "not UTF-8: convert the file first" if "UTF-8" in error.msg else f"not valid JSON: {error.msg}"
        raise MalformedInputError(wrong) from error
    if not isinstance(data, dict):
        raise MalformedInputError("the line is no JSON object")
    return data


def _string(data: Object, key: str) -> str:
    value = data.get(key)
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str | int):
        return str(value)
    raise MalformedInputError(f"{key!r} is no text")


def _strings(data: Object, key: str) -> tuple[str, ...]:
    value = data.get(key)
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

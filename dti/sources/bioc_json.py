"""BioC JSON: collections, lists of collections, one document a line, and the export of PubTator 3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import orjson

from dti.domain.documents import Document
from dti.errors import MalformedInputError, SourceError
from dti.sources._bioc import BiocDocument, Passage, to_document
from dti.sources._json import JsonCutter
from dti.sources.base import Input, Item, SourceFault

Object: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class BiocJson:
    """Reads every object that has passages, wherever it stands; annotations and relations are passed over."""

    def read(self, source: Input) -> Iterator[Item]:
        """One item per document."""
        for ordinal, cut in enumerate(JsonCutter(source, b"passages"), start=1):
            if isinstance(cut, SourceFault):
                yield cut
                continue
            try:
                yield _document(cut.data, f"{source.name}#{ordinal}", source.limits.field_chars)
            except SourceError as error:
                yield SourceFault.of(error, source.place(cut.line))


def _document(data: bytes, own: str, limit: int) -> Document:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise MalformedInputError(f"not valid JSON: {error.msg}") from error
    passages = tuple(_passage(item) for item in _objects(found.get("passages")))
    return to_document(BiocDocument(_string(found.get("id")).strip(), _infons(found), passages), own, limit)


def _passage(data: Object) -> Passage:
    text = _string(data.get("text")) or " ".join(_string(item.get("text")) for item in _objects(data.get("sentences")))
    return Passage(text, _infons(data))


def _objects(value: object) -> Iterator[Object]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())


def _infons(data: Object) -> dict[str, str]:
    infons = data.get("infons")
    return {key: _string(value) for key, value in infons.items()} if isinstance(infons, dict) else {}


def _string(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

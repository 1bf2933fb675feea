"""BioC XML, the exchange format of biomedical text mining."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from dti.domain.documents import Document
from dti.sources._bioc import BiocDocument, Passage, to_document
from dti.sources._markup import Element
from dti.sources._xml import Record, records
from dti.sources.base import Input, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class BiocXml:
    """Reads the documents of a collection; annotations and relations are passed over."""

    def read(self, source: Input) -> Iterator[Item]:
        """One item per document."""
        return records(source, ("document",), partial(_documents, name=source.name, limit=source.limits.field_chars))


def _documents(record: Record, *, name: str, limit: int) -> Iterator[Document]:
    element = record.parse(record.data)
    passages = tuple(_passage(child) for child in element.iterchildren("passage"))
    yield to_document(BiocDocument(_text(element, "id").strip(), _infons(element), passages), f"{name}#{record.ordinal}", limit)


def _passage(element: Element) -> Passage:
    text = _text(element, "text") or " ".join(_text(sentence, "text") for sentence in element.iterchildren("sentence"))
    return Passage(text, _infons(element))


def _text(element: Element, tag: str) -> str:
    child = next(element.iterchildren(tag), None)
    return "" if child is None else child.text or ""


def _infons(element: Element) -> dict[str, str]:
    return {infon.get("key", ""): infon.text or "" for infon in element.iterchildren("infon")}

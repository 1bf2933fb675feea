"""RIS, as reference managers and publishers write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from dti.domain.documents import Document
from dti.errors import MalformedInputError
from dti.sources import _clean
from dti.sources._sections import by_label
from dti.sources._tagged import Grammar, Tagged, documents
from dti.sources.base import Input, Item

_GRAMMAR = Grammar(
    line=re.compile(r"[ \ufeff]{0,3}([A-Z][A-Z0-9]) {0,2}- ?(.*)"), begins=frozenset(("TY",)), ends=frozenset(("ER",))
)
_TYPES = {
    "JOUR": "Journal Article",
    "BOOK": "Book",
    "CHAP": "Book Chapter",
    "CONF": "Conference Proceedings",
    "THES": "Thesis",
    "RPRT": "Report",
}
_MARKED_PMID = re.compile(r"([0-9]{1,10})\[pmid\]")
_MARKED_PMCID = re.compile(r"(PMC[0-9]+)\[pmcid\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ris:
    """Reads records from TY to ER; puts up with unknown tags, byte-order marks, text between records and a missing ER."""

    def read(self, source: Input) -> Iterator[Item]:
        """One item per record."""
        return documents(source, _GRAMMAR, partial(_document, name=source.name))


def _document(record: Tagged, *, name: str) -> Document:
    if set(record.values) == {"TY"}:
        raise MalformedInputError("the record has nothing but its type")
    pmid, pmcid, doi = _pmid(record), _pmcid(record), _doi(record)
    own = record.first("ID") or f"{name}#{record.ordinal}"
    namespace, identifier = _clean.identity(pmid=pmid, pmcid=pmcid, doi=doi, own=own)
    abstract = record.first("AB", "N2")
    return Document(
        source=namespace,
        id=identifier,
        title=record.first("TI", "T1", "CT", "BT"),
        abstract=abstract,
        sections=by_label(abstract),
        pmid=pmid,
        pmcid=pmcid,
        doi=doi,
        languages=tuple(map(_clean.language, record.every("LA"))),
        journal=record.first("JF", "JO", "T2", "J2", "JA", "J1"),
        published=next((date for value in record.every("DA", "Y1", "PY") if (date := _clean.free_date(value))), ""),
        authors=record.every("AU", "A1"),
        publication_types=tuple(_TYPES.get(kind, kind) for kind in record.every("TY")[:1]),
    )


def _pmid(record: Tagged) -> str:
    for value in record.every("U1", "AN", "C7"):
        if match := _MARKED_PMID.fullmatch(value):
            return match[1]
    return _clean.pmid(record.first("AN")) if record.first("DB").lower() in {"pubmed", "medline"} else ""


def _pmcid(record: Tagged) -> str:
    for value in record.every("U2", "C2", "AN"):
        if match := _MARKED_PMCID.fullmatch(value):
            return match[1]
        if value.startswith("PMC") and (found := _clean.pmcid(value)):
            return found
    return ""


def _doi(record: Tagged) -> str:
    return next((found for value in record.every("DO", "M3", "N1", "UR") if (found := _clean.doi(value))), "")

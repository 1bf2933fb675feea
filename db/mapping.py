"""Domain types to rows and back; pure functions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple, TypeVar

import orjson

from dti.domain.documents import Correction, Document, MeshHeading, Section, Substance
from dti.domain.evidence import Claim, Extraction, Span
from dti.domain.identity import normalise_name, triplet_key

T = TypeVar("T")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAX_INDEXED = 512  # a btree entry must stay under a third of a page
_MAX_VERSION = 2**31 - 1
_NESTED: Mapping[str, type] = {
    "sections": Section,
    "body": Section,
    "other_abstracts": Section,
    "mesh": MeshHeading,
    "substances": Substance,
    "corrections": Correction,
}


class DocumentRow(NamedTuple):
    """Columns of `documents` that a document decides; `record` is JSON text."""

    key: str
    pmid: str | None
    doi: str | None
    pmcid: str | None
    title: str
    abstract: str
    journal: str
    published: str
    status: str
    record: str
    content_sha256: str


class ClaimRow(NamedTuple):
    """Columns of `triplets` and `evidence` for one claim in one document."""

    document_id: int
    run_id: str
    key: str
    drug: str
    interaction: str
    target: str
    drug_name: str
    interaction_name: str
    target_name: str
    drug_curie: str | None
    target_curie: str | None
    confidence: float
    polarity: str
    sentence: str
    sentence_start: int | None
    sentence_end: int | None
    drug_start: int | None
    drug_end: int | None
    target_start: int | None
    target_end: int | None


def storable(text: str) -> str:
    """`text` with NUL and lone surrogates, which PostgreSQL refuses, as U+FFFD: one for one, so offsets stay true."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def storable_document(document: Document) -> Document:
    """`document` itself where it can be stored as it is, else a copy that can."""
    if document.version > _MAX_VERSION:
        document = replace(document, version=_MAX_VERSION)
    try:
        suspicious = b"\\u0000" in orjson.dumps(document)
    except orjson.JSONEncodeError:  # lone surrogates
        suspicious = True
    return _storable(document) if suspicious else document


def _storable(value: T) -> T:
    cleaned: object = value
    if isinstance(value, str):
        cleaned = storable(value)
    elif isinstance(value, tuple):
        cleaned = tuple(_storable(item) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        cleaned = replace(value, **{field.name: _storable(getattr(value, field.name)) for field in fields(value)})
    return cleaned  # type: ignore[return-value] # same type by construction


def document_key(document: Document) -> str:
    """The document's key; a key too long for an index is hashed."""
    key = storable(document.key)
    if len(key.encode()) <= _MAX_INDEXED:
        return key
    return f"{document.source[:64]}:sha256-{hashlib.sha256(key.encode()).hexdigest()}"


def content_sha256(document: Document) -> str:
    """Hash of what extraction reads; a record whose indexing alone changed is not extracted again."""
    content = (document.title, document.abstract, document.status, [part.text for part in document.body])
    return hashlib.sha256(orjson.dumps(content)).hexdigest()


def document_row(document: Document) -> DocumentRow:
    """The row of a document."""
    document = storable_document(document)
    return DocumentRow(
        key=document_key(document),
        pmid=_indexed(document.pmid),
        doi=_indexed(document.doi),
        pmcid=_indexed(document.pmcid),
        title=document.title,
        abstract=document.abstract,
        journal=document.journal,
        published=document.published,
        status=document.status.value,
        record=orjson.dumps(document).decode(),
        content_sha256=content_sha256(document),
    )


def document_from_record(record: Mapping[str, Any]) -> Document:
    """The document behind a `record` column; fields that a later version added take their defaults."""
    values = {field.name: record[field.name] for field in fields(Document) if field.name in record}
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(_nested(name, item) for item in value)
    return Document(**values)


def _nested(name: str, item: Any) -> object:
    kind = _NESTED.get(name)
    if kind is None:
        return item
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in item.items()})


def claim_rows(document_id: int, extraction: Extraction) -> list[ClaimRow]:
    """The rows of an extraction's claims."""
    return [_claim_row(document_id, extraction.run.id, claim) for claim in extraction.claims]


def _claim_row(document_id: int, run_id: str, claim: Claim) -> ClaimRow:
    triplet, evidence = _storable(claim.triplet), claim.evidence
    drug = claim.drug.entity.curie if claim.drug.entity else None
    target = claim.target.entity.curie if claim.target.entity else None
    return ClaimRow(
        document_id,
        run_id,
        triplet_key(triplet, drug, target),
        triplet.drug,
        triplet.interaction,
        triplet.target,
        _name(triplet.drug),
        _name(triplet.interaction),
        _name(triplet.target),
        drug,
        target,
        claim.confidence,
        evidence.polarity.value,
        storable(evidence.sentence),
        *_ends(evidence.sentence_span),
        *_ends(evidence.drug_span),
        *_ends(evidence.target_span),
    )


def _name(text: str) -> str:
    return normalise_name(text)[:_MAX_INDEXED]


def _ends(span: Span | None) -> tuple[int | None, int | None]:
    return (span.start, span.end) if span else (None, None)


def _indexed(value: str) -> str | None:
    return value if value and len(value.encode()) <= _MAX_INDEXED else None

"""Domain types to rows and back; pure functions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, NamedTuple, TypeVar

import orjson

from dti.belief import author_key
from dti.domain.documents import Correction, Document, MeshHeading, Section, Substance
from dti.domain.entities import Curie, Entity, EntityKind, Link
from dti.domain.evidence import Claim, Extraction, Span
from dti.domain.identity import normalise_name, triplet_key

T = TypeVar("T")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAX_INDEXED = 512  # a btree entry must stay under a third of a page
_MAX_VERSION = 2**31 - 1
_MAX_AUTHORS = 100  # a consortium's thousands would say no more about independence
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
    authors: list[str]
    record: str
    content_sha256: str


class ClaimRow(NamedTuple):
    """Columns of `triplets` and `evidence` for one claim in one document; `quantities` and `supporting` are JSON text."""

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
    interaction_type: str
    direction: str
    confidence: float
    polarity: str
    certainty: str
    section: str
    species: list[str]
    assays: list[str]
    quantities: str
    supporting: str
    sentence: str
    sentence_start: int | None
    sentence_end: int | None
    drug_start: int | None
    drug_end: int | None
    target_start: int | None
    target_end: int | None
    trigger_start: int | None
    trigger_end: int | None


class NameRow(NamedTuple):
    """Columns of `names`, and of `entities` where there is an identifier."""

    kind: str
    folded: str
    name: str
    curie: str
    entity: str
    taxon: str


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
    if isinstance(value, str) and not isinstance(value, Enum):
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
        authors=sorted({key for name in document.authors[:_MAX_AUTHORS] if (key := author_key(name))}),
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
    triplet, evidence = _storable(claim.triplet), _storable(claim.evidence)
    drug, target = _curie(claim.drug), _curie(claim.target)
    return ClaimRow(
        document_id,
        run_id,
        triplet_key(triplet, drug, target),
        triplet.drug,
        triplet.interaction,
        triplet.target,
        indexed_name(triplet.drug),
        indexed_name(triplet.interaction),
        indexed_name(triplet.target),
        drug,
        target,
        claim.interaction.type.value,
        claim.interaction.direction.value,
        claim.confidence,
        evidence.polarity.value,
        evidence.certainty.value,
        evidence.section.value,
        list(evidence.species),
        [assay.value for assay in evidence.assays],
        orjson.dumps(evidence.quantities).decode(),
        orjson.dumps(evidence.supporting).decode(),
        evidence.sentence,
        *_ends(evidence.sentence_span),
        *_ends(evidence.drug_span),
        *_ends(evidence.target_span),
        *_ends(evidence.trigger_span),
    )


def _curie(link: Link) -> Curie | None:
    return link.entity.curie if link.entity else None


def name_rows(extraction: Extraction) -> list[NameRow]:
    """The names of both ends of an extraction's claims, as written and as the linked entities are called."""
    rows: list[NameRow] = []
    for claim in extraction.claims:
        triplet = _storable(claim.triplet)
        rows += _names_of(EntityKind.DRUG, triplet.drug, claim.drug.entity)
        rows += _names_of(EntityKind.TARGET, triplet.target, claim.target.entity)
    return rows


def _names_of(kind: EntityKind, written: str, entity: Entity | None) -> list[NameRow]:
    if entity is None:
        return [NameRow(kind.value, indexed_name(written), written, "", "", "")]
    printed = storable(entity.name) or written
    names = dict.fromkeys((written, printed))
    return [NameRow(kind.value, indexed_name(name), name, entity.curie, printed, entity.taxon) for name in names]


def indexed_name(text: str) -> str:
    """The normalised name, cut to what an index takes."""
    return normalise_name(text)[:_MAX_INDEXED]


def _ends(span: Span | None) -> tuple[int | None, int | None]:
    return (span.start, span.end) if span else (None, None)


def _indexed(value: str) -> str | None:
    return value if value and len(value.encode()) <= _MAX_INDEXED else None

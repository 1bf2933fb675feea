"""Literature as the rest of the system sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

DocumentKey = NewType("DocumentKey", str)


class DocumentStatus(StrEnum):
    """What a document is fit for; where several hold, the first in this order is meant."""

    DELETED = "deleted"
    RETRACTED = "retracted"
    NO_ABSTRACT = "no_abstract"
    NOT_ENGLISH = "not_english"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Section:
    """A labelled part of an abstract or a body paragraph, whitespace-normalised."""

    text: str
    label: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class MeshHeading:
    """A MeSH descriptor as indexed, with its qualifiers' names."""

    ui: str
    name: str
    major: bool = False
    qualifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Substance:
    """An entry of the record's chemical list; `registry` is a CAS or EC number, "0" if none."""

    name: str
    ui: str = ""
    registry: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A link to another record, `kind` as PubMed's RefType, e.g. RetractionIn or ErratumIn."""

    kind: str
    pmid: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One record of literature.

    `source` is the namespace of `id` ("pmid", "pmc", "doi", "file"). Dates are ISO 8601,
    as precise as the record is ("2012", "2012-03", "2012-03-09"). Offsets everywhere in the
    system count Unicode code points of `text`.
    """

    source: str
    id: str
    title: str
    abstract: str = ""
    sections: tuple[Section, ...] = ()
    body: tuple[Section, ...] = ()
    other_abstracts: tuple[Section, ...] = ()
    vernacular_title: str = ""
    pmid: str = ""
    pmcid: str = ""
    doi: str = ""
    version: int = 1
    languages: tuple[str, ...] = ()
    journal: str = ""
    published: str = ""
    revised: str = ""
    authors: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    mesh: tuple[MeshHeading, ...] = ()
    substances: tuple[Substance, ...] = ()
    corrections: tuple[Correction, ...] = ()
    deleted: bool = False

    @property
    def key(self) -> DocumentKey:
        """Identity across batches and versions, e.g. "pmid:9108990"."""
        return DocumentKey(f"{self.source}:{self.id}")

    @property
    def text(self) -> str:
        """Title and abstract joined by one space (PubTator's convention for offsets)."""
        return f"{self.title} {self.abstract}" if self.title and self.abstract else self.title or self.abstract

    @property
    def retracted(self) -> bool:
        """Whether the record says of itself that it was retracted."""
        return "Retracted Publication" in self.publication_types or any(
            link.kind in {"RetractionIn", "PartialRetractionIn"} for link in self.corrections
        )

    @property
    def status(self) -> DocumentStatus:
        """The strongest status that holds; an unknown language counts as English."""
        if self.deleted:
            return DocumentStatus.DELETED
        if self.retracted:
            return DocumentStatus.RETRACTED
        if not self.abstract:
            return DocumentStatus.NO_ABSTRACT
        if self.languages and "eng" not in self.languages:
            return DocumentStatus.NOT_ENGLISH
        return DocumentStatus.OK

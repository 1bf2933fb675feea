"""PubMed XML: baseline and update files, efetch answers, MEDLINE citation sets, book articles, deletions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from lxml.etree import XMLSyntaxError

from dti.domain.documents import Document
from dti.errors import MalformedInputError
from dti.sources import _pubmed_fields as fields
from dti.sources import _pubmed_header as header
from dti.sources._markup import Element, plain_text
from dti.sources._pubmed_flat import FlatLists, split
from dti.sources._sections import joined
from dti.sources._xml import Record, records
from dti.sources.base import Input, Item

_CITATIONS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "DeleteCitation", "DeleteDocument")
ROOTS = frozenset((*_CITATIONS, "PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet"))

_FLAT = (b"<PubmedArticle>", b"<MedlineCitation")


@dataclass(frozen=True, slots=True, kw_only=True)
class PubmedXml:
    """Reads every element that NLM delivers citations in, whatever set it stands in."""

    def read(self, source: Input) -> Iterator[Item]:
        """Documents in file order; a DeleteCitation gives one deleted document per PMID."""
        return records(source, _CITATIONS, partial(_documents, limit=source.limits.field_chars))


def _documents(record: Record, *, limit: int) -> Iterator[Document]:
    if record.utf8 and record.data.startswith(_FLAT):
        yield _quick(record, limit)
    else:
        yield from _from_tree(record.parse(record.data), limit)


def _quick(record: Record, limit: int) -> Document:
    """Most of the record by pattern, the rest of it by tree; all of it by tree where the rest is not well-formed."""
    rest, lists = split(record.data)
    if (document := header.document(rest, lists, limit)) is not None:
        return document
    try:
        return _article(record.parse(rest), lists, limit)
    except XMLSyntaxError:
        return _article(record.parse(record.data), FlatLists(), limit)


def _from_tree(element: Element, limit: int) -> Iterator[Document]:
    match element.tag:
        case "PubmedArticle" | "MedlineCitation":
            yield _article(element, FlatLists(), limit)
        case "PubmedBookArticle":
            yield _book_article(element.find("BookDocument"), limit)
        case _:
            yield from map(_deleted, element.iterchildren("PMID"))


def _deleted(element: Element) -> Document:
    pmid = fields.pmid_of(element)
    return Document(source="pmid", id=pmid, pmid=pmid, title="", version=fields.version_of(element), deleted=True)


def _article(record: Element, lists: FlatLists, limit: int) -> Document:
    outer = fields.parts_of(record)
    citation = record if record.tag == "MedlineCitation" else outer.get("MedlineCitation")
    if citation is None:
        raise MalformedInputError("PubmedArticle without MedlineCitation")
    parts = outer if citation is record else fields.parts_of(citation)
    article = parts.get("Article")
    if article is None:
        raise MalformedInputError("MedlineCitation without Article")
    inner = fields.parts_of(article)
    journal = fields.parts_of(inner.get("Journal"))
    pmid = fields.pmid_of(parts.get("PMID"))
    ids = fields.article_ids(fields.parts_of(outer.get("PubmedData")).get("ArticleIdList"))
    title = plain_text(inner.get("ArticleTitle"), limit)
    sections = fields.sections_of(inner.get("Abstract"), limit)
    return Document(
        source="pmid",
        id=pmid,
        title="" if title in header.NO_TITLE else title,
        abstract=joined(sections),
        sections=sections,
        other_abstracts=fields.other_abstracts_of(citation, limit) if "OtherAbstract" in parts else (),
        vernacular_title=plain_text(inner.get("VernacularTitle"), limit),
        pmid=pmid,
        pmcid=ids.get("pmc") or (fields.pmcid_of(citation) if "OtherID" in parts else ""),
        doi=ids.get("doi") or fields.located_doi(article),
        version=fields.version_of(parts.get("PMID")),
        languages=tuple(map(fields.text_of, article.iterchildren("Language"))),
        journal=fields.journal_of(journal, parts.get("MedlineJournalInfo")),
        published=fields.published_of(inner, journal),
        revised=fields.date_of(parts.get("DateRevised")),
        authors=fields.authors_of(inner.get("AuthorList")) if lists.authors is None else lists.authors,
        publication_types=fields.texts_of(inner.get("PublicationTypeList")),
        mesh=fields.mesh_of(parts.get("MeshHeadingList")) if lists.mesh is None else lists.mesh,
        substances=fields.substances_of(parts.get("ChemicalList")) if lists.substances is None else lists.substances,
        corrections=fields.corrections_of(parts.get("CommentsCorrectionsList")),
    )


def _book_article(chapter: Element | None, limit: int) -> Document:
    """A chapter, or a book that is cited as a whole; `journal` is the book's title where the chapter has its own."""
    if chapter is None:
        raise MalformedInputError("PubmedBookArticle without BookDocument")
    parts = fields.parts_of(chapter)
    book = fields.parts_of(parts.get("Book"))
    pmid = fields.pmid_of(parts.get("PMID"))
    own_title = plain_text(parts.get("ArticleTitle"), limit)
    book_title = plain_text(book.get("BookTitle"), limit)
    sections = fields.sections_of(parts.get("Abstract"), limit)
    ids = fields.article_ids(parts.get("ArticleIdList"))
    return Document(
        source="pmid",
        id=pmid,
        title=own_title or book_title,
        abstract=joined(sections),
        sections=sections,
        other_abstracts=fields.other_abstracts_of(chapter, limit),
        vernacular_title=plain_text(parts.get("VernacularTitle"), limit),
        pmid=pmid,
        pmcid=ids.get("pmc", ""),
        doi=ids.get("doi", ""),
        version=fields.version_of(parts.get("PMID")),
        languages=tuple(map(fields.text_of, chapter.iterchildren("Language"))),
        journal=book_title if own_title else "",
        published=fields.date_of(parts.get("ContributionDate")) or fields.date_of(book.get("PubDate")),
        revised=fields.date_of(parts.get("DateRevised")),
        authors=_book_authors(chapter, parts.get("Book")),
        publication_types=tuple(map(fields.text_of, chapter.iterchildren("PublicationType"))),
    )


def _book_authors(chapter: Element, book: Element | None) -> tuple[str, ...]:
    """Authors of the chapter, else of the book; editors are none."""
    for holder in (chapter, book):
        lists = (
            [] if holder is None else [names for names in holder.iterchildren("AuthorList") if names.get("Type") != "editors"]
        )
        if names := tuple(name for authors in lists for name in fields.authors_of(authors)):
            return names
    return ()

"""JATS and NLM full-text XML: single articles and PMC's article sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from dti.domain.documents import Document, Section
from dti.errors import MalformedInputError
from dti.sources import _clean
from dti.sources import _jats_fields as fields
from dti.sources._markup import plain_text
from dti.sources._sections import joined
from dti.sources._xml import Record, records
from dti.sources.base import Input, Item

ROOTS = frozenset(("article", "pmc-articleset", "OAI-PMH", "articles"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Jats:
    """Reads title, abstracts and body paragraphs; tables, figures, references and citation marks are no text."""

    def read(self, source: Input) -> Iterator[Item]:
        """One item per article; sub-articles (reviews, replies, translations) are left out."""
        return records(source, ("article",), partial(_documents, name=source.name, limit=source.limits.field_chars))


def _documents(record: Record, *, name: str, limit: int) -> Iterator[Document]:
    article = record.parse(record.data)
    fields.strip(article)
    meta = article.find("front/article-meta")
    if meta is None:
        raise MalformedInputError("the article has no front matter")
    journal = article.find("front/journal-meta")
    ids = fields.article_ids(meta)
    namespace, identifier = _clean.identity(pmid=ids.pmid, pmcid=ids.pmcid, doi=ids.doi, own=f"{name}#{record.ordinal}")
    sections, others = fields.abstracts(meta, limit)
    yield Document(
        source=namespace,
        id=identifier,
        title=fields.title_of(meta, limit),
        abstract=joined(sections),
        sections=sections,
        body=tuple(fields.paragraphs(article.find("body"), limit)),
        other_abstracts=tuple(Section(joined(parts), language, kind) for parts, language, kind in others if parts),
        pmid=ids.pmid,
        pmcid=ids.pmcid,
        doi=ids.doi,
        languages=fields.languages(article),
        journal="" if journal is None else plain_text(next(journal.iter("journal-title"), None), limit),
        published=fields.published(meta),
        authors=fields.authors(meta),
        publication_types=tuple(filter(None, (article.get("article-type", ""),))),
        corrections=fields.corrections(meta),
    )

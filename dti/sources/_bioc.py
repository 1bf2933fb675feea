"""What a BioC document means, whether it came as XML or as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dti.domain.documents import Document, Section
from dti.errors import MalformedInputError
from dti.sources import _clean
from dti.sources._sections import by_label, joined

_LEFT_OUT = re.compile(r"ref|table|keyword|footnote|ack_fund|comp_int|auth_cont", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage's text and its infons (both as the file has them)."""

    text: str
    infons: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """One of "title", "abstract" and "body", or "" for what is not running text, such as a reference."""
        section, kind = (
            self.infons.get("section_type", "").lower(),
            self.infons.get("type", self.infons.get("section", "")).lower(),
        )
        if section == "title" or kind in {"title", "front", "article-title"}:
            return "title"
        if section == "abstract" or kind.startswith("abstract"):
            return "abstract"
        return "" if _LEFT_OUT.match(section) or _LEFT_OUT.match(kind) else "body"

    @property
    def heading(self) -> bool:
        """Whether it is the heading of the passages that follow."""
        return "title" in self.infons.get("type", "").lower() and self.kind != "title"


@dataclass(frozen=True, slots=True)
class BiocDocument:
    """A document's id, infons and passages."""

    id: str
    infons: Mapping[str, str]
    passages: tuple[Passage, ...]


def to_document(found: BiocDocument, own: str, limit: int) -> Document:
    """The passages sorted into title, abstract and body; passages of no known kind are the abstract if there is no other.

    A digits-only id counts as PMID where the passages are typed, as in every corpus made from PubMed.
    """
    parts = {kind: _sections(found.passages, kind, limit) for kind in ("title", "abstract", "body")}
    typed = bool(parts["title"] or parts["abstract"])
    abstract = parts["abstract"] if typed else parts["body"]
    if not (typed or abstract):
        raise MalformedInputError("the document has no text")
    infons = {**(found.passages[0].infons if found.passages else {}), **found.infons}
    pmid = _clean.pmid(infons.get("article-id_pmid", "") or (found.id if typed else ""))
    pmcid = _clean.pmcid(infons.get("article-id_pmc", "") or (found.id if found.id.upper().startswith("PMC") else ""))
    if pmcid == f"PMC{pmid}" and "article-id_pmid" not in infons:
        pmid = ""  # BioC PMC names full texts by the number of their PMC id
    doi = _clean.doi(infons.get("article-id_doi", "") or infons.get("doi", ""))
    namespace, identifier = _clean.identity(pmid=pmid, pmcid=pmcid, doi=doi, own=_clean.clean(found.id, limit) or own)
    text = joined(abstract)
    return Document(
        source=namespace,
        id=identifier,
        title=parts["title"][0].text if parts["title"] else "",
        abstract=text,
        sections=abstract if any(section.label for section in abstract) else by_label(text),
        body=parts["body"] if typed else (),
        pmid=pmid,
        pmcid=pmcid,
        doi=doi,
        journal=_clean.clean(infons.get("journal-title", "") or infons.get("journal", ""), limit),
        published=_clean.free_date(infons.get("year", "")),
    )


def _sections(passages: tuple[Passage, ...], kind: str, limit: int) -> tuple[Section, ...]:
    """Passages of one kind under the headings they follow."""
    sections: list[Section] = []
    label = ""
    for passage in passages:
        text = _clean.clean(passage.text, limit) if passage.kind == kind else ""
        if text and passage.heading:
            label = text.rstrip(":")
        elif text:
            sections.append(Section(text, label, passage.infons.get("section_type", "")))
    return tuple(sections)

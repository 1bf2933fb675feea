"""The fields of a PubMed record.

Written for speed, since these functions run for every record of a baseline of 37 million: children are visited once
and looked up by tag; no XPath.
"""

from __future__ import annotations

from dti.domain.documents import Correction, MeshHeading, Section, Substance
from dti.errors import MalformedInputError
from dti.sources import _clean
from dti.sources._markup import Element, plain_text
from dti.sources._sections import joined

Parts = dict[str, Element]

_REFERENCE = "Cites"  # a reference list entry, not a link that changes what the record means


def parts_of(element: Element | None) -> Parts:
    """Children by tag; of several with one tag, the last."""
    return {} if element is None else {str(child.tag): child for child in element}


def text_of(element: Element | None) -> str:
    """Text of an element without markup in it, white space normalised."""
    return "" if element is None else " ".join((element.text or "").split())


def marked_up(element: Element | None) -> str:
    """Text of a name that may hold markup, as in "2<sup>nd</sup>"."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def texts_of(element: Element | None) -> tuple[str, ...]:
    """Texts of the children that have any."""
    return () if element is None else tuple(text for child in element if (text := text_of(child)))


def pmid_of(element: Element | None) -> str:
    """The PMID; MalformedInputError if it is missing or none."""
    if number := _clean.pmid(text_of(element)):
        return number
    raise MalformedInputError("the record has no PMID" if element is None else f"{text_of(element)[:40]!r} is no PMID")


def version_of(element: Element | None) -> int:
    """The Version attribute of a PMID."""
    version = "" if element is None else element.get("Version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 5 else 1


def article_ids(element: Element | None) -> dict[str, str]:
    """DOI and PMC id ("doi", "pmc") of an ArticleIdList."""
    found: dict[str, str] = {}
    for child in () if element is None else element:
        kind = child.get("IdType")
        if kind == "doi":
            found["doi"] = _clean.doi(text_of(child))
        elif kind == "pmc":
            found["pmc"] = _clean.pmcid(text_of(child))
    return found


def pmcid_of(citation: Element) -> str:
    """The PMC id among the citation's OtherIDs, which may carry a release date: "PMC2688101 [Available on 01/01/10]"."""
    for element in citation.iterchildren("OtherID"):
        if found := _clean.pmcid(text_of(element).partition(" ")[0]) if text_of(element).startswith("PMC") else "":
            return found
    return ""


def located_doi(article: Element) -> str:
    """The DOI among the article's ELocationIDs."""
    for element in article.iterchildren("ELocationID"):
        if element.get("EIdType") == "doi" and element.get("ValidYN") != "N":
            return _clean.doi(text_of(element))
    return ""


def sections_of(abstract: Element | None, limit: int) -> tuple[Section, ...]:
    """AbstractTexts that have text; the copyright line is none of them."""
    if abstract is None:
        return ()
    return tuple(
        Section(text, " ".join(child.get("Label", "").split()), child.get("NlmCategory", ""))
        for child in abstract.iterchildren("AbstractText")
        if (text := plain_text(child, limit))
    )


def other_abstracts_of(citation: Element, limit: int) -> tuple[Section, ...]:
    """One section per OtherAbstract: its language as label, its type (e.g. "plain-language-summary") as category."""
    return tuple(
        Section(text, child.get("Language", ""), child.get("Type", ""))
        for child in citation.iterchildren("OtherAbstract")
        if (text := joined(sections_of(child, limit)))
    )


def date_of(element: Element | None) -> str:
    """ISO date of Year, Month and Day, or of a MedlineDate such as "1998 Dec-1999 Jan"."""
    parts = parts_of(element)
    if "Year" in parts:
        return _clean.iso_date(text_of(parts["Year"]), text_of(parts.get("Month")), text_of(parts.get("Day")))
    return _clean.free_date(text_of(parts.get("MedlineDate")))


def published_of(article: Parts, journal: Parts) -> str:
    """Date of the journal issue, else of the electronic article."""
    issue = journal.get("JournalIssue")
    printed = date_of(issue.find("PubDate")) if issue is not None else ""
    return printed or date_of(article.get("ArticleDate"))


def journal_of(journal: Parts, info: Element | None) -> str:
    """The journal's full title, else its abbreviation."""
    for name in ("Title", "ISOAbbreviation"):
        if title := text_of(journal.get(name)):
            return title
    return text_of(parts_of(info).get("MedlineTA"))


def authors_of(authors: Element | None) -> tuple[str, ...]:
    """Persons as "Family, Given Suffix", groups by their collective name; authors marked as invalid are left out."""
    if authors is None:
        return ()
    return tuple(name for child in authors if child.get("ValidYN") != "N" and (name := _author(child)))


def _author(author: Element) -> str:
    parts = parts_of(author)
    given = text_of(parts.get("ForeName")) or text_of(parts.get("Initials"))
    return _clean.author_name(
        text_of(parts.get("LastName")), given, marked_up(parts.get("Suffix")), marked_up(parts.get("CollectiveName"))
    )


def mesh_of(headings: Element | None) -> tuple[MeshHeading, ...]:
    """Headings; one is major if its descriptor or any of its qualifiers is."""
    return () if headings is None else tuple(_heading(child) for child in headings if len(child))


def _heading(heading: Element) -> MeshHeading:
    descriptor = heading[0]
    major = descriptor.get("MajorTopicYN") == "Y"
    qualifiers = []
    for child in heading.iterchildren("QualifierName"):
        qualifiers.append(text_of(child))
        major = major or child.get("MajorTopicYN") == "Y"
    return MeshHeading(descriptor.get("UI", ""), text_of(descriptor), major, tuple(qualifiers))


def substances_of(chemicals: Element | None) -> tuple[Substance, ...]:
    """The chemical list."""
    return () if chemicals is None else tuple(_substance(parts_of(child)) for child in chemicals)


def _substance(chemical: Parts) -> Substance:
    name = chemical.get("NameOfSubstance")
    return Substance(text_of(name), "" if name is None else name.get("UI", ""), text_of(chemical.get("RegistryNumber")))


def corrections_of(links: Element | None) -> tuple[Correction, ...]:
    """Links to and from errata, retractions, comments and the like; plain references are left out."""
    if links is None:
        return ()
    return tuple(_correction(child) for child in links if child.get("RefType") != _REFERENCE)


def _correction(link: Element) -> Correction:
    parts = parts_of(link)
    return Correction(link.get("RefType", ""), text_of(parts.get("PMID")), text_of(parts.get("RefSource")))

"""A PubMed citation without its flat lists, read by one pattern if it is written as NLM writes it.

The pattern follows the DTD's order of elements and has to account for the whole record; text may hold inline markup.
Whatever does not fit (formulas, other abstracts, comments, another order) is not guessed at: the tree reads it, with
the same result for what both can read.
"""

from __future__ import annotations

import html
import re

from dti.domain.documents import Correction, Document, Section
from dti.sources import _clean
from dti.sources._pubmed_flat import WILD_AMPERSAND, FlatLists, Misfit
from dti.sources._sections import joined

_CONTROL = bytes({*range(32)} - {9, 10, 13})
_INLINE = re.compile(r"</?(?:i|b|u|sup|sub)>")
NO_TITLE = frozenset(("[Not Available].", "[Not Available]", "Not Available."))


def _one(name: str, content: str = r"[^<]*") -> str:
    return rf"<{name}>{content}</{name.partition(' ')[0]}>\s*"


def _maybe(pattern: str) -> str:
    return f"(?:{pattern})?"


def _inside(name: str, group: str) -> str:
    """Everything up to the end tag of `name`."""
    return rf"(?P<{group}>[^<]*(?:<(?!/{name}>)[^<]*)*)"


def _unread(names: str) -> str:
    """Any number of elements of these names, contents unseen."""
    return rf"(?:<(?:{names})(?: [^<>]*)?>[^<]*(?:<(?!/(?:{names})>)[^<]*)*</(?:{names})>\s*)*"


def _date(prefix: str) -> str:
    return (
        rf"\s*<Year>(?P<{prefix}_year>[0-9]{{4}})</Year>\s*(?:<Month>(?P<{prefix}_month>\w+)</Month>\s*)?"
        rf"(?:<Day>(?P<{prefix}_day>[0-9]+)</Day>\s*)?"
    )


_ANY = r"(?: [^<>]*)?"
_ISSUE = (
    rf"\s*{_unread('Volume|Issue')}"
    rf"<PubDate>(?:{_date('issue')}(?:<Season>[^<]*</Season>\s*)?|\s*<MedlineDate>(?P<issue_free>[^<]*)</MedlineDate>\s*)</PubDate>\s*"
)
_JOURNAL = (
    rf"\s*{_unread('ISSN')}<JournalIssue{_ANY}>{_ISSUE}</JournalIssue>\s*"
    r"<Title>(?P<journal>[^<]+)</Title>\s*(?:<ISOAbbreviation>[^<]*</ISOAbbreviation>\s*)?"
)
_ARTICLE = (
    rf"\s*{_one('Journal', _JOURNAL)}<ArticleTitle>{_inside('ArticleTitle', 'title')}</ArticleTitle>\s*"
    rf"{_unread('Pagination')}(?P<locations>(?:<ELocationID [^<>]*>[^<]*</ELocationID>\s*)*)"
    rf"{_maybe(_one('Abstract', _inside('Abstract', 'abstract')))}"
    rf"(?P<languages>(?:<Language>[^<]*</Language>\s*)+){_unread('DataBankList|GrantList')}"
    rf"{_one('PublicationTypeList', _inside('PublicationTypeList', 'types'))}"
    rf"{_maybe(_one('VernacularTitle', _inside('VernacularTitle', 'vernacular')))}"
    rf"(?:<ArticleDate{_ANY}>{_date('online')}</ArticleDate>\s*)?"
)
_CITATION = (
    r'\s*<PMID Version="(?P<version>[0-9]{1,4})">(?P<pmid>[0-9]{1,10})</PMID>\s*'
    rf"{_unread('DateCompleted')}{_maybe(_one('DateRevised', _date('revised')))}"
    rf"<Article{_ANY}>{_ARTICLE}</Article>\s*{_unread('MedlineJournalInfo')}{_unread('SupplMeshList|CitationSubset')}"
    rf"{_maybe(_one('CommentsCorrectionsList', _inside('CommentsCorrectionsList', 'links')))}"
    rf"{_unread('GeneSymbolList|NumberOfReferences|PersonalNameSubjectList|KeywordList|CoiStatement|InvestigatorList')}"
)
_RECORD = re.compile(
    rf"<PubmedArticle>\s*<MedlineCitation{_ANY}>{_CITATION}</MedlineCitation>\s*"
    rf"<PubmedData>\s*{_one('PublicationStatus')}{_one('ArticleIdList', _inside('ArticleIdList', 'ids'))}"
    rf"{_unread('ObjectList')}</PubmedData>\s*</PubmedArticle>"
)
_SECTION = re.compile(
    r'\s*<AbstractText(?: Label="([^"<]*)")?(?: NlmCategory="([A-Z]*)")?>'
    r"([^<]*(?:<(?!/AbstractText>)[^<]*)*)</AbstractText>\s*|\s*<CopyrightInformation>[^<]*</CopyrightInformation>\s*"
)
_ID = re.compile(r'\s*<ArticleId IdType="(\w+)">([^<]*)</ArticleId>\s*')
_DOI = re.compile(r'EIdType="doi" ValidYN="Y">([^<]*)<')
_LINK = re.compile(
    r'\s*<CommentsCorrections RefType="(\w+)">\s*<RefSource>([^<]*)</RefSource>\s*'
    r'(?:<PMID Version="[0-9]+">([0-9]+)</PMID>\s*)?(?:<Note>[^<]*</Note>\s*)?</CommentsCorrections>\s*'
)
_LEAF = re.compile(r">([^<]*)</\w")
_MARKED = re.compile(r"<(i|b|u|sup|sub)>([^<]*)</\1>")


def document(data: bytes, lists: FlatLists, limit: int) -> Document | None:
    """The document, or None if the tree has to read it. Raises as `clean` does."""
    if len(data.translate(None, _CONTROL)) < len(data):
        return None
    try:
        text = data.decode()
        if "&" in text and WILD_AMPERSAND.search(text):
            return None
        match = _RECORD.fullmatch(text)
        return None if match is None else _document(match.groupdict(""), lists, limit)
    except (Misfit, UnicodeDecodeError):
        return None


def _document(found: dict[str, str], lists: FlatLists, limit: int) -> Document:
    ids = {match[1]: match[2] for match in _entries(_ID, found["ids"])}
    title = _prose(found["title"], limit)
    sections = tuple(_section(match, limit) for match in _entries(_SECTION, found["abstract"]) if match[3])
    sections = tuple(section for section in sections if section.text)
    return Document(
        source="pmid",
        id=found["pmid"],
        title="" if title in NO_TITLE else title,
        abstract=joined(sections),
        sections=sections,
        vernacular_title=_prose(found["vernacular"], limit),
        pmid=found["pmid"],
        pmcid=_clean.pmcid(ids.get("pmc", "")),
        doi=_doi(ids.get("doi", ""), found["locations"]),
        version=int(found["version"]),
        languages=_leaves(found["languages"]),
        journal=_plain(found["journal"]),
        published=_date_of(found, "issue") or _clean.free_date(found["issue_free"]) or _date_of(found, "online"),
        revised=_date_of(found, "revised"),
        authors=lists.authors or (),
        publication_types=_leaves(found["types"]),
        mesh=lists.mesh or (),
        substances=lists.substances or (),
        corrections=tuple(_correction(match) for match in _entries(_LINK, found["links"]) if match[1] != "Cites"),
    )


def _entries(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Matches that make up the whole text."""
    found = []
    position = 0
    while position < len(text):
        match = pattern.match(text, position)
        if match is None:
            raise Misfit
        found.append(match)
        position = match.end()
    return found


def _plain(text: str) -> str:
    return " ".join((html.unescape(text) if "&" in text else text).split())


def _prose(text: str, limit: int) -> str:
    """Text that may hold inline markup."""
    while "<" in text:
        text, replaced = _MARKED.subn(r"\2", text)
        if not replaced:
            raise Misfit
    return _clean.clean(html.unescape(text) if "&" in text else text, limit)


def _section(match: re.Match[str], limit: int) -> Section:
    return Section(_prose(match[3], limit), _plain(match[1] or ""), match[2] or "")


def _leaves(text: str) -> tuple[str, ...]:
    return tuple(leaf for part in _LEAF.findall(text) if (leaf := _plain(part)))


def _doi(own: str, locations: str) -> str:
    if own:
        return _clean.doi(_plain(own))
    match = _DOI.search(locations)
    return _clean.doi(_plain(match[1])) if match else ""


def _date_of(found: dict[str, str], prefix: str) -> str:
    return _clean.iso_date(found[f"{prefix}_year"], found[f"{prefix}_month"], found[f"{prefix}_day"])


def _correction(match: re.Match[str]) -> Correction:
    return Correction(match[1], match[3] or "", _plain(match[2]))

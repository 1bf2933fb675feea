"""The fields of a JATS article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from dti.domain.documents import Correction, Section
from dti.sources import _clean
from dti.sources._markup import Element, plain_text

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NO_TEXT = (
    "table-wrap",
    "table-wrap-group",
    "fig",
    "fig-group",
    "ref-list",
    "sub-article",
    "response",
    "tex-math",
    "supplementary-material",
    "media",
    "graphic",
    "inline-graphic",
    "object-id",
)
_PROPER = frozenset(("", "abstract", "main"))
_EMPTY_BRACKETS = re.compile(r"\s*[\[(][\s,;–-]*[\])]")
_PUBLISHED = ("ppub", "pub", "epub", "collection", "epub-ppub")
_LINKS = {
    "corrected-article": "ErratumFor",
    "correction-forward": "ErratumIn",
    "retracted-article": "RetractionOf",
    "retraction-forward": "RetractionIn",
    "partial-retraction": "PartialRetractionOf",
    "partial-retraction-forward": "PartialRetractionIn",
    "commentary-article": "CommentOn",
    "commentary": "CommentIn",
}


def strip(article: Element) -> None:
    """Remove what is no running text, and namespaces of JATS itself, from the tree."""
    if str(article.tag).startswith("{"):
        for element in article.iter():
            element.tag = etree.QName(element).localname if "MathML" not in str(element.tag) else element.tag
    etree.strip_elements(article, *_NO_TEXT, with_tail=False)
    for mark in tuple(article.iter("xref")):
        if mark.get("ref-type") == "bibr":
            _empty(mark)


def _empty(element: Element) -> None:
    tail = element.tail
    element.clear()
    element.tail = tail


class Ids(NamedTuple):
    """What an article is known by, "" where it has none."""

    pmid: str = ""
    pmcid: str = ""
    doi: str = ""


def article_ids(meta: Element) -> Ids:
    """The ids among the article's own."""
    found = Ids()
    for child in meta.iterchildren("article-id"):
        kind, text = child.get("pub-id-type", ""), child.text or ""
        if kind == "pmid":
            found = found._replace(pmid=_clean.pmid(text))
        elif kind in {"pmc", "pmcid"}:
            found = found._replace(pmcid=_clean.pmcid(text))
        elif kind == "doi":
            found = found._replace(doi=_clean.doi(text))
    return found


def title_of(meta: Element, limit: int) -> str:
    """The article's title, without its footnotes."""
    group = meta.find("title-group")
    title = None if group is None else group.find("article-title")
    if title is not None:
        etree.strip_elements(title, "fn", "xref", with_tail=False)
    return plain_text(title, limit)


def abstracts(meta: Element, limit: int) -> tuple[tuple[Section, ...], list[tuple[tuple[Section, ...], str, str]]]:
    """Sections of the abstract proper, and those of all others with language and type (graphical, translated, ...)."""
    main: tuple[Section, ...] = ()
    others = []
    for child in meta.iterchildren("abstract", "trans-abstract"):
        parts = tuple(_sections(child, limit))
        kind = child.get("abstract-type", "")
        if child.tag == "abstract" and kind in _PROPER and not main:
            main = parts
        else:
            others.append((parts, _clean.language(child.get(_XML_LANG, "")), kind or str(child.tag)))
    return main, others


def _sections(abstract: Element, limit: int) -> Iterator[Section]:
    """Sections with their titles; loose paragraphs one by one."""
    for child in abstract.iterchildren():
        if child.tag == "sec":
            label = plain_text(child.find("title"), limit).rstrip(":.")
            text = _clean.clean(" ".join(text for _, text in _texts(child, limit)), limit)
            if text:
                yield Section(text, label, child.get("sec-type", ""))
        elif child.tag != "title" and (text := _tidy(plain_text(child, limit))):
            yield Section(text)


def paragraphs(body: Element | None, limit: int) -> Iterator[Section]:
    """Body paragraphs; label is the title of the nearest section, category the type of it or of one around it."""
    if body is None:
        return
    for section, text in _texts(body, limit):
        yield Section(text, plain_text(section.find("title"), limit), _category(section))


def _texts(root: Element, limit: int) -> Iterator[tuple[Element, str]]:
    """Paragraphs with the section (or `root`) they stand in; one inside another is part of the outer one."""
    for paragraph in root.iter("p"):
        if next(paragraph.iterancestors("p"), None) is None and (text := _tidy(plain_text(paragraph, limit))):
            yield next(paragraph.iterancestors("sec"), root), text


def _tidy(text: str) -> str:
    """Without the brackets that citation marks leave behind."""
    return _EMPTY_BRACKETS.sub("", text)


def _category(section: Element) -> str:
    for element in (section, *section.iterancestors("sec")):
        if kind := element.get("sec-type"):
            return kind
    return ""


def languages(article: Element) -> tuple[str, ...]:
    """MEDLINE's code of the article's language, if it says one."""
    return tuple(filter(None, (_clean.language(article.get(_XML_LANG, "")),)))


def published(meta: Element) -> str:
    """The date of the issue, else of the electronic article, else any publication date."""
    dates = {
        child.get("pub-type") or child.get("date-type") or "": _date(child)
        for child in meta.iterchildren("pub-date")
        if _date(child)
    }
    return next((dates[kind] for kind in _PUBLISHED if kind in dates), next(iter(dates.values()), ""))


def _date(element: Element) -> str:
    year, month, day = ((element.findtext(tag) or "").strip() for tag in ("year", "month", "day"))
    return _clean.iso_date(year, month, day)


def authors(meta: Element) -> tuple[str, ...]:
    """Contributors who are authors, groups by their collective name."""
    return tuple(
        name
        for group in meta.iterchildren("contrib-group")
        for contributor in group.iter("contrib")
        if contributor.get("contrib-type", "author") == "author" and (name := _author(contributor))
    )


def _author(contributor: Element) -> str:
    name = next(contributor.iter("name", "string-name"), None)
    if name is None:
        collective = next(contributor.iter("collab"), None)
        return "" if collective is None else " ".join((collective.text or "").split())
    family, given, suffix = (" ".join((name.findtext(tag) or "").split()) for tag in ("surname", "given-names", "suffix"))
    return _clean.author_name(family, given, suffix)


def corrections(meta: Element) -> tuple[Correction, ...]:
    """Links to related articles, in PubMed's names where it has one."""
    return tuple(_correction(child) for child in meta.iterchildren("related-article"))


def _correction(link: Element) -> Correction:
    kind, target = link.get("related-article-type", ""), link.get(_HREF, "")
    pmid = _clean.pmid(target) if link.get("ext-link-type") in {"pubmed", "pmid"} else ""
    return Correction(_LINKS.get(kind, kind), pmid, target)

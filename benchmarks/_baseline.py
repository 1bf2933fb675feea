"""A synthetic PubMed baseline file: made-up citations with every part that NLM's own records have."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

from lxml import etree

_LABELS = ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORDS = (
    "receptor",
    "kinase",
    "of",
    "the",
    "inhibitor",
    "was",
    "in",
    "human",
    "cells",
    "binding",
    "with",
    "significant",
    "dose",
    "a",
)
_HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)


def write_baseline(path: Path, records: int, seed: int = 0) -> int:
    """Write a gzipped file of `records` citations; returns its size in bytes before compression."""
    rng = random.Random(seed)  # noqa: S311 - no secrets, but the same file every time
    with gzip.open(path, "wb", compresslevel=1) as file:
        size = file.write(_HEAD)
        for number in range(records):
            size += file.write(_record(90_000_000 + number, rng))
        return size + file.write(b"</PubmedArticleSet>\n")


def _record(pmid: int, rng: random.Random) -> bytes:
    """One citation, indented as NLM indents."""
    tree = etree.fromstring(_element("PubmedArticle", _citation(pmid, rng), _pubmed_data(pmid, rng)))
    etree.indent(tree, level=1)
    return b"  " + etree.tostring(tree, encoding="utf-8") + b"\n"


def _element(tag: str, *content: object, **attributes: str) -> str:
    start = "".join((tag, *(f' {name}="{value}"' for name, value in attributes.items())))
    return f"<{start}>{''.join(map(str, content))}</{tag}>"


def _repeat(low: int, high: int, rng: random.Random) -> range:
    return range(rng.randint(low, high))


def _rank(rng: random.Random, size: int) -> int:
    """A rank below `size`, low ones much more often, as in any vocabulary (Zipf's law)."""
    return min(int(size ** rng.random()), size - 1)


def _prose(rng: random.Random, words: int) -> str:
    """A sentence; one in thirty has inline markup and an escape."""
    text = " ".join(rng.choices(_WORDS, k=words)).capitalize()
    return f"{text} <i>in vitro</i> H<sub>2</sub>O &lt; 5 μM." if rng.random() < 0.03 else f"{text}."


def _date(rng: random.Random) -> str:
    year, month, day = rng.randint(1990, 2025), rng.randint(1, 12), rng.randint(1, 28)
    return _element("Year", year) + _element("Month", f"{month:02}") + _element("Day", f"{day:02}")


def _citation(pmid: int, rng: random.Random) -> str:
    return _element(
        "MedlineCitation",
        _element("PMID", pmid, Version="1"),
        _element("DateCompleted", _date(rng)),
        _element("DateRevised", _date(rng)),
        _element("Article", _article(pmid, rng), PubModel="Print-Electronic"),
        _element("MedlineJournalInfo", _element("Country", "England"), _element("MedlineTA", "J Synth Pharmacol")),
        _element("ChemicalList", *(_chemical(rng) for _ in _repeat(1, 7, rng))),
        _element("CitationSubset", "IM"),
        _corrections(rng) if rng.random() < 0.1 else "",
        _element("MeshHeadingList", *(_heading(rng) for _ in _repeat(6, 16, rng))),
        Status="MEDLINE",
        Owner="NLM",
    )


def _article(pmid: int, rng: random.Random) -> str:
    return "".join(
        (
            _journal(rng),
            _element("ArticleTitle", _prose(rng, 14)),
            _element("ELocationID", f"10.1234/s{pmid}", EIdType="doi", ValidYN="Y"),
            _element("Abstract", *_abstract(rng)),
            _element("AuthorList", *(_author(rng) for _ in _repeat(2, 9, rng)), CompleteYN="Y"),
            _element("Language", "eng"),
            _element("PublicationTypeList", _element("PublicationType", "Journal Article", UI="D016428")),
        )
    )


def _journal(rng: random.Random) -> str:
    date = _element("PubDate", _element("Year", rng.randint(1990, 2025)), _element("Month", rng.choice(_MONTHS)))
    return _element(
        "Journal",
        _element("ISSN", "0000-0000", IssnType="Electronic"),
        _element("JournalIssue", _element("Volume", rng.randint(1, 99)), _element("Issue", 1), date, CitedMedium="Internet"),
        _element("Title", "Journal of synthetic pharmacology"),
        _element("ISOAbbreviation", "J Synth Pharmacol"),
    )


def _abstract(rng: random.Random) -> list[str]:
    if rng.random() < 0.4:
        return [_element("AbstractText", _prose(rng, 45), Label=label, NlmCategory=label) for label in _LABELS]
    return [_element("AbstractText", " ".join(_prose(rng, 25) for _ in range(8)))]


def _author(rng: random.Random) -> str:
    return _element(
        "Author",
        _element("LastName", "Example"),
        _element("ForeName", "Erika M"),
        _element("Initials", "EM"),
        _element(
            "AffiliationInfo", _element("Affiliation", "Department of ", " ".join(rng.choices(_WORDS, k=12)), ", Exampleton.")
        ),
        ValidYN="Y",
    )


def _chemical(rng: random.Random) -> str:
    rank = _rank(rng, 60_000)
    return _element(
        "Chemical",
        _element("RegistryNumber", 0),
        _element("NameOfSubstance", f"Example substance {rank}", UI=f"D{rank:06}"),
    )


def _corrections(rng: random.Random) -> str:
    link = _element("RefSource", "J Synth. 2020;1(1):1"), _element("PMID", rng.randint(1, 10**7), Version="1")
    return _element("CommentsCorrectionsList", _element("CommentsCorrections", *link, RefType="ErratumIn"))


def _heading(rng: random.Random) -> str:
    """Two headings of five are check tags such as "Humans", without qualifiers; others have one on average, of 76."""
    check_tag = rng.random() < 0.4
    rank = rng.randint(0, 11) if check_tag else 12 + _rank(rng, 30_000)
    descriptor = _element("DescriptorName", f"Example heading {rank}", UI=f"D{rank:06}", MajorTopicYN="N")
    count = 0 if check_tag else rng.choice((0, 0, 0, 1, 1, 1, 2, 3))
    return _element("MeshHeading", descriptor, *(_qualifier(rng) for _ in range(count)))


def _qualifier(rng: random.Random) -> str:
    rank = _rank(rng, 76)
    return _element("QualifierName", f"quality {rank}", UI=f"Q{rank:06}", MajorTopicYN=rng.choice("NNNY"))


def _pubmed_data(pmid: int, rng: random.Random) -> str:
    history = ("received", "revised", "accepted", "pubmed", "medline", "entrez")
    ids = {"pubmed": pmid, "pmc": f"PMC{pmid}", "doi": f"10.1234/s{pmid}"}
    return _element(
        "PubmedData",
        _element("History", *(_element("PubMedPubDate", _date(rng), PubStatus=status) for status in history)),
        _element("PublicationStatus", "ppublish"),
        _element("ArticleIdList", *(_element("ArticleId", text, IdType=kind) for kind, text in ids.items())),
        _element("ReferenceList", *(_reference(rng) for _ in _repeat(10, 40, rng))) if rng.random() < 0.4 else "",
    )


def _reference(rng: random.Random) -> str:
    ids = _element("ArticleIdList", _element("ArticleId", rng.randint(1, 10**7), IdType="pubmed"))
    return _element("Reference", _element("Citation", "Example EM. ", _prose(rng, 9), " J Synth. 2020;1:1."), ids)

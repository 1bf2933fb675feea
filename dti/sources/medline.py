"""MEDLINE display format (".nbib", PubMed's "MEDLINE" and PMC's "MEDLARS")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from dti.domain.documents import Correction, Document, MeshHeading, Section, Substance
from dti.sources import _clean
from dti.sources._sections import by_label
from dti.sources._tagged import Grammar, Tagged, documents
from dti.sources.base import Input, Item

_GRAMMAR = Grammar(line=re.compile(r"([A-Z][A-Z0-9]{1,3} {0,2}) ?-(.*)"), begins=frozenset(("PMID",)), blank_line_ends=True)
_REGISTRY = re.compile(r"(\S+) \((.+)\)")
_PMID = re.compile(r"PMID: ?([0-9]+)")

_LINKS = {
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "CRF": "CorrectedandRepublishedFrom",
    "CRI": "CorrectedandRepublishedIn",
    "DDIN": "DatasetDescribedIn",
    "DRIN": "DatasetUseReportedIn",
    "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor",
    "EFR": "ErratumFor",
    "EIN": "ErratumIn",
    "ORI": "OriginalReportIn",
    "PRIN": "PartialRetractionIn",
    "PROF": "PartialRetractionOf",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "RPF": "RepublishedFrom",
    "RPI": "RepublishedIn",
    "RRI": "RetractedandRepublishedIn",
    "RRF": "RetractedandRepublishedFrom",
    "SPIN": "SummaryForPatientsIn",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Medline:
    """Reads tagged records; a value goes on over lines without a tag, and repeated titles and abstracts are put together."""

    def read(self, source: Input) -> Iterator[Item]:
        """One item per record; records end at a blank line or where the next PMID stands."""
        return documents(source, _GRAMMAR, partial(_document, name=source.name))


def _document(record: Tagged, *, name: str) -> Document:
    pmid, pmcid = _clean.pmid(record.first("PMID")), _clean.pmcid(record.first("PMC"))
    doi = next((_clean.doi(value) for value in record.every("LID", "AID", "SO") if _clean.doi(value)), "")
    namespace, identifier = _clean.identity(pmid=pmid, pmcid=pmcid, doi=doi, own=f"{name}#{record.ordinal}")
    abstract = " ".join(record.every("AB"))
    return Document(
        source=namespace,
        id=identifier,
        title=" ".join(record.every("TI")) or record.first("BTI", "CTI"),
        abstract=abstract,
        sections=by_label(abstract),
        other_abstracts=tuple(
            Section(text, language) for text, language in zip(record.every("OAB"), _languages(record), strict=True)
        ),
        vernacular_title=record.first("TT"),
        pmid=pmid,
        pmcid=pmcid,
        doi=doi,
        languages=record.every("LA"),
        journal=record.first("JT", "TA", "BTI"),
        published=_clean.free_date(record.first("DP", "DEP")),
        revised=_clean.compact_date(record.first("LR")),
        authors=(record.every("FAU") or record.every("AU")) + record.every("CN"),
        publication_types=record.every("PT"),
        mesh=tuple(map(_heading, record.every("MH"))),
        substances=tuple(map(_substance, record.every("RN"))),
        corrections=tuple(_link(kind, value) for tag, kind in _LINKS.items() for value in record.every(tag)),
    )


def _languages(record: Tagged) -> tuple[str, ...]:
    """One OABL for each OAB, "" where there are fewer."""
    texts, languages = record.every("OAB"), record.every("OABL")
    return (*languages, *("" for _ in texts))[: len(texts)]


def _heading(text: str) -> MeshHeading:
    """A heading as MEDLINE prints it: "Descriptor/qualifier/*major qualifier"."""
    name, *qualifiers = text.split("/")
    return MeshHeading("", name.lstrip("*"), "*" in text, tuple(qualifier.lstrip("*") for qualifier in qualifiers))


def _substance(text: str) -> Substance:
    match = _REGISTRY.fullmatch(text)
    return Substance(match[2], registry=match[1]) if match else Substance(text)


def _link(kind: str, citation: str) -> Correction:
    match = _PMID.search(citation)
    return Correction(kind, match[1] if match else "", citation)

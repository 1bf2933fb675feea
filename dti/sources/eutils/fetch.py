"""Records for PMIDs: every PMID ends up delivered, missing or faulty, and one bad record costs only itself."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from dti.domain.documents import Document
from dti.errors import BadAnswerError, InputTooLargeError, MalformedInputError, RequestRefusedError, SourceError
from dti.sources.base import Input, SourceFault
from dti.sources.eutils.answers import History, no_records
from dti.sources.eutils.slices import CAP
from dti.sources.pubmed_xml import PubmedXml

_LOG = logging.getLogger(__name__)

# NCBI asks for POST above this number of ids; it is also a page: some 2 MB of XML.
PAGE = 200
# Dividing an answer is itself another try, so pages and their parts are tried less often than what cannot be divided.
_ATTEMPTS_AT_A_PAGE = 3
_ATTEMPTS_AT_A_PART = 2
_ATTEMPTS_AT_ONE_OF_A_PAGE = 3
# So many single records failing in a row are no bad records but a bad server.
_FAILURES_IN_A_ROW = 3
_PMID = re.compile(r"[1-9][0-9]{0,9}")
_END = re.compile(rb"</PubmedArticleSet>\s*\Z|<PubmedArticleSet\s*/>\s*\Z")
_MALFORMED = MalformedInputError.code


@dataclass(frozen=True, slots=True)
class FetchFault:
    """A PMID whose record could not be read; `code` is that of the error it stands for."""

    pmid: str
    reason: str
    code: str = _MALFORMED


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What was asked for, split three ways: each distinct PMID is in exactly one of the three.

    `documents` may be book articles or deleted citations (their status says so). `missing` were asked for twice and
    not delivered by NCBI, which reported no error.
    """

    documents: tuple[Document, ...]
    missing: tuple[str, ...]
    faults: tuple[FetchFault, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One EFetch answer: its documents by PMID (the latest version of each) and what could not be read."""

    documents: Mapping[str, Document]
    faults: tuple[SourceFault, ...] = ()


class PageSource(Protocol):
    """The requests that fetching needs."""

    def post(self, pmids: Sequence[str]) -> History:
        """Store ids with NCBI."""

    def page(self, params: Mapping[str, str], *, attempts: int = 0) -> Page:
        """Records by id or by position in a history."""


class Delivery:
    """Collects the answer to one request for PMIDs."""

    def __init__(self, source: PageSource, pmids: Iterable[str]) -> None:
        self._source = source
        self._asked = tuple(dict.fromkeys(pmids))
        self._documents: dict[str, Document] = {}
        self._valid = tuple(pmid for pmid in self._asked if _PMID.fullmatch(pmid))
        self._faults = {pmid: FetchFault(pmid, "not a PMID") for pmid in self._asked if not _PMID.fullmatch(pmid)}
        self._failures_in_a_row = 0

    def result(self) -> FetchResult:
        """Ask until every PMID is accounted for.

        Above `PAGE` PMIDs come through the history server first. What is left then is asked for by id, and what is
        left of that, faulty records included, once more: NCBI sometimes leaves out or spoils records that it has.
        """
        if len(self._valid) > PAGE:
            for part in _batches(self._valid, CAP):
                self._through_history(part)
        for _ in range(2):
            self._failures_in_a_row = 0
            for part in _batches(self._left(self._valid), PAGE):
                self._by_id(part, _ATTEMPTS_AT_A_PAGE if len(part) > 1 else 0)
        documents = tuple(self._documents[pmid] for pmid in self._asked if pmid in self._documents)
        missing = tuple(pmid for pmid in self._left(self._valid) if pmid not in self._faults)
        return FetchResult(documents, missing, tuple(self._faults.values()))

    def _left(self, pmids: Iterable[str]) -> tuple[str, ...]:
        return tuple(pmid for pmid in pmids if pmid not in self._documents)

    def _through_history(self, pmids: Sequence[str]) -> None:
        """Post once, then fetch pages by position; a page that fails is left to be asked for by id."""
        try:
            history = self._source.post(pmids)
            for start in range(0, len(pmids), PAGE):
                window = {"retstart": str(start), "retmax": str(PAGE)}
                self._accept(self._source.page(history.params | window, attempts=_ATTEMPTS_AT_A_PAGE))
        except (BadAnswerError, InputTooLargeError, RequestRefusedError) as error:
            _LOG.warning("history of %d ids given up: %s", len(pmids), error)

    def _by_id(self, pmids: Sequence[str], attempts: int) -> None:
        try:
            page = self._source.page({"id": ",".join(pmids)}, attempts=attempts)
        except (BadAnswerError, InputTooLargeError) as error:
            self._divide(pmids, error)
            return
        self._accept(page)
        left = self._left(pmids)
        if page.faults and left:
            self._divide(left, MalformedInputError(page.faults[0].reason))

    def _divide(self, pmids: Sequence[str], error: SourceError) -> None:
        """Ask for each half by itself, or blame the only record there is."""
        if len(pmids) == 1:
            self._blame(pmids[0], error)
            return
        middle = len(pmids) // 2
        for half in (pmids[:middle], pmids[middle:]):
            self._by_id(half, _ATTEMPTS_AT_A_PART if len(half) > 1 else _ATTEMPTS_AT_ONE_OF_A_PAGE)

    def _blame(self, pmid: str, error: SourceError) -> None:
        self._failures_in_a_row = self._failures_in_a_row + 1 if error.retryable else 0
        if self._failures_in_a_row >= _FAILURES_IN_A_ROW:
            raise error
        self._faults[pmid] = FetchFault(pmid, str(error), error.code)

    def _accept(self, page: Page) -> None:
        """Keep all of it; what nobody asked for, as a DeleteCitation may list, is left out of the result."""
        self._documents.update(page.documents)
        for pmid in page.documents:
            self._faults.pop(pmid, None)
        self._failures_in_a_row = 0


def read_page(body: bytes) -> Page:
    """Read a `PubmedArticleSet`; raises BadAnswerError where it is cut off or something else."""
    if no_records(body):
        return Page({})
    if not _END.search(body[-200:]):
        raise BadAnswerError("EFetch's answer is truncated: it does not end with </PubmedArticleSet>")
    documents: dict[str, Document] = {}
    faults: list[SourceFault] = []
    for item in PubmedXml().read(Input("efetch", iter((body,)))):
        if isinstance(item, SourceFault):
            faults.append(item)
        elif item.pmid not in documents or item.version >= documents[item.pmid].version:
            documents[item.pmid] = item
    return Page(documents, tuple(faults))


def _batches(pmids: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    rest = iter(pmids)
    while batch := tuple(islice(rest, size)):
        yield batch

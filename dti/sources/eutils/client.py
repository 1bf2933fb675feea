"""PubMed through NCBI's E-utilities: searches that lose nothing, records by PMID."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from dti.errors import BadAnswerError, RequestRefusedError
from dti.ports import RateLimiter
from dti.sources.eutils.answers import History, SearchAnswer, read_ids, read_post, read_search
from dti.sources.eutils.fetch import Delivery, FetchResult, Page, read_page
from dti.sources.eutils.slices import CAP, DateRange, Found, Slice, Split
from dti.sources.eutils.transport import Identity, Patience, Transport


class EutilsClient:
    """ESearch, EPost and EFetch of PubMed. Close it, or use it as a context; threads may share it.

    All methods raise RequestRefusedError for what NCBI will never answer (quoting it; also without tool or email), and,
    once patience has run out, a retryable SourceUnavailableError: RateLimitedError, BadAnswerError, or itself where NCBI
    was not reached. The constructor raises SettingsError for an impossible `base_url`.
    `limiter` is asked before every request, repeated ones included.
    """

    def __init__(
        self,
        *,
        base_url: str,
        tool: str,
        email: str,
        limiter: RateLimiter,
        api_key: str = "",
        patience: Patience | None = None,
    ) -> None:
        identity = Identity(tool=tool, email=email, api_key=api_key)
        self._transport = Transport(base_url, identity, limiter, patience or Patience())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def count(self, part: Slice) -> int:
        """How many records PubMed has for a slice."""
        return self._search(part, retmax=0).count

    def search_slice(self, part: Slice) -> Found | Split:
        """The PMIDs of a slice, or the smaller slices to search instead if NCBI would not deliver all of it.

        One step of a search that a job can store, repeat and resume: it depends on nothing but the slice.
        A single day that is too big is delivered as far as NCBI does, with a shortfall.
        """
        if part.divisible and (part.expected or 0) > CAP:
            return self._split(part, part.expected or 0, ())
        answer = self._search(part, retmax=CAP)
        if answer.count > CAP and part.divisible:
            return self._split(part, answer.count, answer.warnings)
        pmids = self._complete(answer)
        return Found(part, answer.count, pmids, answer.warnings, _shortfall(part, answer.count, len(pmids)))

    def search(self, term: str, dates: DateRange | None = None) -> Iterator[Found]:
        """All of a search, slice by slice in order of entry date."""
        pending = [Slice(term, dates)]
        while pending:
            answer = self.search_slice(pending.pop())
            if isinstance(answer, Split):
                pending.extend(reversed(answer.parts))
            else:
                yield answer

    def fetch(self, pmids: Iterable[str]) -> FetchResult:
        """The records of PMIDs, and which of them there are none of; see `FetchResult`."""
        return Delivery(self, pmids).result()

    def post(self, pmids: Sequence[str]) -> History:
        """Store at most 10,000 PMIDs with NCBI, to be fetched by position."""
        return self._transport.call("epost", {"id": ",".join(pmids)}, read_post)

    def page(self, params: Mapping[str, str], *, attempts: int = 0) -> Page:
        """One EFetch answer for `id`, or for `WebEnv`, `query_key`, `retstart` and `retmax`; unlike `fetch`, no reconciling."""
        return self._transport.call("efetch", {"retmode": "xml"} | dict(params), read_page, attempts=attempts)

    def _search(self, part: Slice, *, retmax: int) -> SearchAnswer:
        params = {"term": part.term, "retmax": str(retmax), "retmode": "xml"} | ({"usehistory": "y"} if retmax else {})
        if part.dates is not None:
            first, last = (day.strftime("%Y/%m/%d") for day in (part.dates.first, part.dates.last))
            params |= {"datetype": "edat", "mindate": first, "maxdate": last}
        return self._transport.call("esearch", params, read_search)

    def _split(self, part: Slice, count: int, warnings: tuple[str, ...]) -> Split:
        return Split(part, count, part.split(count, self.count(part.lower())), warnings)

    def _complete(self, answer: SearchAnswer) -> tuple[str, ...]:
        """The answer's PMIDs; where it holds fewer than it counts, the rest from the same result set on the history server."""
        pmids = dict.fromkeys(answer.pmids)
        wanted = min(answer.count, CAP)
        while answer.history and len(pmids) < wanted:
            more = self._listed(answer.history, len(pmids), wanted - len(pmids))
            if pmids.keys() >= set(more):
                break
            pmids.update(dict.fromkeys(more))
        return tuple(pmids)

    def _listed(self, history: History, start: int, number: int) -> tuple[str, ...]:
        params = {"rettype": "uilist", "retmode": "xml", "retstart": str(start), "retmax": str(number)}
        try:
            return self._transport.call("efetch", history.params | params, read_ids)
        except (BadAnswerError, RequestRefusedError):
            return ()


def _shortfall(part: Slice, count: int, delivered: int) -> str:
    if count > CAP:
        return f"{count} records on {part.dates}, of which NCBI delivers no more than {CAP}"
    if delivered < count:
        return f"NCBI counted {count} records and delivered {delivered}"
    if part.expected is not None and count < part.expected:
        return f"{part.expected - count} of the records counted before are not found by entry date in {part.dates}"
    return ""

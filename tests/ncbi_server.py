"""A local server that speaks E-utilities as NCBI does, faults included: `python -m tests.ncbi_server --help`.

Behaves as recorded in NCBI's answers and in reports about them: delivers at most 9,999 records of a search, clips pages
silently, reports errors inside HTTP 200, limits the rate, refuses long addresses and calls without tool and email.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import click

from tests.ncbi_records import PAIRS, Corpus, record_xml

CAP = 9_999
_LONGEST_ADDRESS = 4_000
_XML = '<?xml version="1.0" encoding="UTF-8" ?>\n'
_DTD = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd"
_SEARCH_DOCTYPE = f'<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" "{_DTD}/20060628/esearch.dtd">\n'
_POST_DOCTYPE = f'<!DOCTYPE ePostResult PUBLIC "-//NLM//DTD epost 20090526//EN" "{_DTD}/20090526/epost.dtd">'
_FETCH_DOCTYPE = f'<!DOCTYPE eEfetchResult PUBLIC "-//NLM//DTD efetch 20131226//EN" "{_DTD}/20131226/efetch.dtd">\n'
_SET_DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)
_RETSTART = (
    "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998. For PubMed, ESearch can only retrieve the first "
    "9,999 records matching the query."
)
# Where a poisoned record stands, the answer ends.
_POISON = "\0"
_NO_IDS = "ID list is empty! Possibly it has no correct IDs."


@dataclass(frozen=True, slots=True)
class Fault:
    """How one request goes wrong: an HTTP `status`, a `body` instead of the answer, seconds to `wait`, or a broken connection.

    `drip` is a pause in seconds after each tenth of the answer.
    `cut` sends only that share of the answer: well-framed, or with the connection dropped if `drop`.
    """

    status: int = 200
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    wait: float = 0.0
    drip: float = 0.0
    cut: float = 1.0
    drop: bool = False


def error_200(message: str) -> Fault:
    """An error inside a success, as EFetch and ESearch send it."""
    return Fault(body=f"{_XML}{_FETCH_DOCTYPE}<eFetchResult>\n\t<ERROR>{escape(message)}</ERROR>\n</eFetchResult>\n")


BAD_GATEWAY = Fault(status=502, body="<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>")
TRUNCATED = Fault(cut=0.6)
DROPPED = Fault(cut=0.6, drop=True)
RESET = Fault(cut=0.0, drop=True)
BACKEND = error_200("Search Backend failed: Pubmed 2.0 search API: HTTP request returned 502 status.")
JSON_ERROR = Fault(body='{"error":"Internal failure, try later"}')
USUAL_FAULTS = (BAD_GATEWAY, TRUNCATED, BACKEND, RESET, JSON_ERROR, DROPPED)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived; `at` is the server's monotonic clock."""

    at: float
    method: str
    utility: str
    params: dict[str, str]
    limited: bool


@dataclass(slots=True)
class Answer:
    """What is sent back."""

    body: bytes
    status: int = 200
    kind: str = "text/xml; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)


class NcbiServer:
    """Use as a context; `url` is the base URL. All switches may be turned while it runs.

    `rate` overrides NCBI's limits (0 turns them off); `poison` PMIDs whose record cuts off every answer they are in;
    `garbled` PMIDs whose record is not well-formed; `deleted` PMIDs answered by a DeleteCitation;
    `clip` is the most ids that one ESearch delivers, whatever was asked; `amend` changes EFetch's XML;
    `clock` tells the seconds that the rate is counted in.
    """

    def __init__(self, corpus: Corpus | None = None, *, port: int = 0, rate: int | None = 0, fault_every: int = 0) -> None:
        self.corpus = corpus or Corpus()
        self.rate = rate
        self.fault_every = fault_every
        self.clip = CAP
        self.amend: Callable[[str], str] = str
        self.clock: Callable[[], float] = time.monotonic
        self.poison: set[int] = set()
        self.garbled: set[int] = set()
        self.deleted: set[int] = set()
        self.requests: list[Request] = []
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._sets: dict[str, list[Sequence[int]]] = {}
        self._arrivals: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", port), partial(_Handler, self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The base URL, as in NCBI's https://eutils.ncbi.nlm.nih.gov/entrez/eutils."""
        return f"http://127.0.0.1:{self._http.server_port}/entrez/eutils"

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def serve(self) -> None:
        """Serve in this thread until it is interrupted."""
        with contextlib.suppress(KeyboardInterrupt):
            self._http.serve_forever()
        self._http.server_close()

    def stop(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def script(self, utility: str, *faults: Fault) -> None:
        """Let the next requests to a utility such as "efetch" go wrong, one fault each."""
        self._faults[utility].extend(faults)

    def expire_history(self) -> None:
        """Forget every WebEnv."""
        self._sets.clear()

    def asked(self, utility: str) -> list[Request]:
        """The requests to one utility so far."""
        return [request for request in self.requests if request.utility == utility]

    def answer(self, method: str, address: str, params: dict[str, str], host: str) -> tuple[Answer, Fault]:
        """The answer to a request and how it will go wrong."""
        utility = urlsplit(address).path.rpartition("/")[2].removesuffix(".fcgi")
        with self._lock:
            limit, used = self._admit(params.get("api_key") or host, limit=self._limit(params))
            over = bool(limit) and used > limit
            self.requests.append(Request(self.clock(), method, utility, params, over))
            fault = Fault() if over else self._next_fault(utility)
        if over:
            error = {"error": "API rate limit exceeded", "api-key": host, "count": str(used), "limit": str(limit)}
            answer = Answer(json.dumps(error).encode(), 429, "application/json", {"Retry-After": "1"})
        else:
            answer = self._refusal(method, address, params) or self._result(utility, params)
        if limit:
            answer.headers |= {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(max(limit - used, 0))}
        return answer, fault

    def _limit(self, params: dict[str, str]) -> int:
        return (10 if params.get("api_key") else 3) if self.rate is None else self.rate

    def _admit(self, caller: str, *, limit: int) -> tuple[int, int]:
        """Count an arrival; the limit, and the caller's admitted requests within one second, this one included."""
        now = self.clock()
        recent = self._arrivals[caller]
        while recent and recent[0] <= now - 1:
            recent.popleft()
        used = len(recent) + 1
        if used <= limit:
            recent.append(now)
        return limit, used

    def _next_fault(self, utility: str) -> Fault:
        if self._faults[utility]:
            return self._faults[utility].popleft()
        number = len(self.requests)
        if self.fault_every and number % self.fault_every == 0:
            return USUAL_FAULTS[number // self.fault_every % len(USUAL_FAULTS)]
        return Fault()

    def _refusal(self, method: str, address: str, params: dict[str, str]) -> Answer | None:
        if method == "GET" and len(address) > _LONGEST_ADDRESS:
            return Answer(b"<html><body>400 Bad Request: request too long</body></html>", 400, "text/html")
        if params.get("api_key") == "wrong":
            return Answer(b'{"error":"API key invalid","api-key":"wrong","type":"invalid","status":"unknown"}', 400)
        if not params.get("tool") or not params.get("email"):
            return Answer(b'{"error":"tool and email are required"}', 400)
        return None

    def _result(self, utility: str, params: dict[str, str]) -> Answer:
        results = {"esearch": self._esearch, "epost": self._epost, "efetch": self._efetch}
        if utility not in results:
            return Answer(b"<html><body>404 Not Found</body></html>", 404, "text/html")
        return results[utility](params)

    def _esearch(self, params: dict[str, str]) -> Answer:
        def failed(message: str) -> Answer:
            return Answer(f"{_XML}{_SEARCH_DOCTYPE}<eSearchResult>\n\t<ERROR>{message}</ERROR>\n</eSearchResult>\n".encode())

        if params.get("db") != "pubmed":
            return failed(f"Invalid db name specified: {escape(params.get('db', ''))}")
        if not params.get("term"):
            return failed("Empty term and query_key - nothing todo")
        start, number = int(params.get("retstart", "0")), int(params.get("retmax", "20"))
        if start > CAP - 1:
            return failed(_RETSTART)
        found, unknown = self._find(params["term"], *_dates(params))
        page = found[start : min(start + min(number, self.clip), CAP)]
        history = ""
        if params.get("usehistory") == "y":
            history = "<QueryKey>1</QueryKey><WebEnv>{}</WebEnv>".format(*self._keep(found))
        ids = "".join(f"<Id>{pmid}</Id>\n" for pmid in page)
        id_list = f"<IdList>\n{ids}</IdList>" if ids else "<IdList/>"
        return Answer(
            f"{_XML}{_SEARCH_DOCTYPE}<eSearchResult><Count>{len(found)}</Count><RetMax>{len(page)}</RetMax>"
            f"<RetStart>{start}</RetStart>{history}{id_list}<TranslationSet/>"
            f"<QueryTranslation>{escape(params['term'])}</QueryTranslation>{_phrases(unknown, found)}</eSearchResult>".encode()
        )

    def _find(self, term: str, first: date, last: date) -> tuple[Sequence[int], list[str]]:
        """PMIDs of a term, newest first, and its unknown words. A term is "all[sb]" or names of drugs, joined by OR."""
        within = self.corpus.between(first, last)[::-1]
        if term == "all[sb]":
            return within, []
        words = [word.lower() for word in re.split(r"\s+OR\s+", term)]
        known = {number for number, (drug, _, _) in enumerate(PAIRS) if drug in words}
        unknown = [word for word in words if word not in {drug for drug, _, _ in PAIRS}]
        return [pmid for pmid in within if pmid % len(PAIRS) in known], unknown

    def _epost(self, params: dict[str, str]) -> Answer:
        texts = [text for text in params.get("id", "").split(",") if text]
        ids = list(dict.fromkeys(int(text) for text in texts if text.isdecimal()))
        if len(ids) > 10_000:
            return _post("\t<ERROR>Too many IDs</ERROR>\n")
        if not ids:
            return _post("\t<ERROR>Empty ID list; Nothing to store</ERROR>\n")
        if len(ids) < len(texts):
            return _post("\t<ERROR>Some IDs have invalid value and were omitted.</ERROR>\n")
        return _post("\t<QueryKey>1</QueryKey>\n\t<WebEnv>{}</WebEnv>\n".format(*self._keep(ids)))

    def _keep(self, pmids: Sequence[int]) -> tuple[str]:
        name = f"MCID_{len(self.requests):06}{threading.get_ident():x}"
        self._sets[name] = [pmids]
        return (name,)

    def _efetch(self, params: dict[str, str]) -> Answer:
        try:
            pmids = list(self._ids(params))
        except LookupError as error:
            return Answer((error_200(str(error.args[0])).body or "").encode())
        if not pmids and "WebEnv" not in params:
            return Answer((error_200(_NO_IDS).body or "").encode(), 400)
        if params.get("rettype") == "uilist":
            return Answer(f"{_XML}<IdList>{''.join(f'<Id>{pmid}</Id>' for pmid in pmids)}</IdList>".encode())
        xml = f"{_XML}{_SET_DOCTYPE}<PubmedArticleSet>\n{''.join(self._records(pmids))}</PubmedArticleSet>"
        return Answer(self.amend(xml.partition(_POISON)[0]).encode())

    def _ids(self, params: dict[str, str]) -> Iterable[int]:
        """Ids of the request; LookupError with NCBI's words where a history is gone or exceeded."""
        if "WebEnv" not in params:
            return (int(text) for text in re.split(r"[,\s]+", params.get("id", "")) if text.isdecimal())
        sets = self._sets.get(params["WebEnv"])
        if sets is None:
            raise LookupError("Unable to obtain query #1")
        start = int(params.get("retstart", "0"))
        if start > CAP - 1:
            raise LookupError(_RETSTART)
        return sets[int(params["query_key"]) - 1][start : min(start + int(params.get("retmax", "20")), CAP)]

    def _records(self, pmids: Iterable[int]) -> Iterator[str]:
        gone = []
        for pmid in pmids:
            if pmid in self.deleted:
                gone.append(pmid)
            elif pmid in self.corpus.pmids:
                xml = record_xml(pmid, self.corpus.entered(pmid))
                if pmid in self.garbled:
                    xml = xml.replace("</ArticleTitle>", "</Wrong>")
                yield f"{xml[: len(xml) // 2]}{_POISON}" if pmid in self.poison else f"{xml}\n"
        if gone:
            yield "".join(("<DeleteCitation>", *(f'<PMID Version="1">{pmid}</PMID>' for pmid in gone), "</DeleteCitation>"))


def _dates(params: dict[str, str]) -> tuple[date, date]:
    """The range of entry dates; as with NCBI, one end alone restricts nothing."""
    if params.get("datetype") != "edat" or not params.get("mindate") or not params.get("maxdate"):
        return date.min, date.max
    first, last = (date(*map(int, params[end].split("/"))) for end in ("mindate", "maxdate"))
    return first, last


def _phrases(unknown: list[str], found: Sequence[int]) -> str:
    if not unknown:
        return ""
    phrases = "".join(f"<PhraseNotFound>{escape(word)}</PhraseNotFound>" for word in unknown)
    warning = "" if found else "<WarningList><OutputMessage>No items found.</OutputMessage></WarningList>"
    return f"<ErrorList>{phrases}</ErrorList>{warning}"


def _post(content: str) -> Answer:
    return Answer(f"{_XML}{_POST_DOCTYPE}<ePostResult>\n{content}</ePostResult>\n".encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: tests make them do so."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, server: NcbiServer, *connection: Any) -> None:
        self._ncbi = server
        super().__init__(*connection)

    def do_GET(self) -> None:
        self._serve("GET", urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._serve("POST", self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's signature
        """Stay silent."""

    def _serve(self, method: str, form: str) -> None:
        params = {key: values[-1] for key, values in parse_qs(form, keep_blank_values=True).items()}
        answer, fault = self._ncbi.answer(method, self.path, params, self.client_address[0])
        time.sleep(fault.wait)
        if fault.drop and not fault.cut:
            self._reset()
        else:
            self._send(answer, fault)

    def _send(self, answer: Answer, fault: Fault) -> None:
        body = answer.body if fault.body is None else fault.body.encode()
        part = body[: int(len(body) * fault.cut)]
        self.send_response(answer.status if fault.status == 200 else fault.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body if fault.drop else part)))
        for name, value in (*answer.headers.items(), *fault.headers):
            self.send_header(name, value)
        self.end_headers()
        step = len(part) // 10 + 1 if fault.drip else len(part) + 1
        for start in range(0, len(part), step):
            self.wfile.write(part[start : start + step])
            time.sleep(fault.drip)
        self.close_connection = self.close_connection or fault.drop

    def _reset(self) -> None:
        """Close the way a crashed peer does: with RST instead of FIN."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(self.connection.detach())


@click.command(help=__doc__)
@click.option("--port", default=0, show_default="any free one", help="Port on the loopback.")
@click.option("--articles", default=1000, show_default=True, help="Number of records; PMIDs from 90000001 on.")
@click.option("--per-day", default=50, show_default=True, help="Records with the same entry date.")
@click.option("--rate", type=int, help="Requests a second, 0 for any number.  [default: 3, or 10 with a key]")
@click.option("--fault-every", default=0, show_default=True, help="Let every n-th request go wrong, each time differently.")
def main(port: int, articles: int, per_day: int, rate: int | None, fault_every: int) -> None:
    """Serve until the process is stopped; the first line of output is the base URL."""
    server = NcbiServer(Corpus(articles, per_day), port=port, rate=rate, fault_every=fault_every)
    click.echo(server.url)
    server.serve()


if __name__ == "__main__":
    main()

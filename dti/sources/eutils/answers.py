"""Reading what E-utilities send: results, and failures that may come inside HTTP 200.

XML is used for all answers: NCBI's JSON is not always well-formed (raw newlines inside error messages).
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

from lxml import etree

from dti.errors import BadAnswerError, RateLimitedError, RequestRefusedError, SourceError

_ERROR = re.compile(rb"<ERROR>(.*?)(?:</ERROR>|\Z)", re.DOTALL)
_MARKUP = re.compile(r"<[^>]*>?")
_SPACE = re.compile(r"\s+")
_RATE = re.compile(r"rate limit exceeded", re.IGNORECASE)
# Messages about the request itself. "Search Backend failed" alone says nothing: NCBI uses it for outages too.
_REFUSED = re.compile(
    r"api key invalid|invalid db name|empty term|empty id list|ids have invalid value|cannot be larger than"
    r"|syntax error|unbalanced|malformed query|neither query_key nor id"
    r"|unable to obtain query|cannot retrieve history|webenv\b.*\b(?:invalid|not valid|expired|not found)",
    re.IGNORECASE,
)
# NCBI's own failures that it reports with status 400.
_OWN_FAILURE = re.compile(
    r"empty response|status: timeout|external viewer error|proxy_stream|failed to connect|50\d (?:bad gateway|proxy|service)",
    re.IGNORECASE,
)
_NO_RECORDS = "ID list is empty"
_LONGEST_QUOTE = 500


@dataclass(frozen=True, slots=True)
class History:
    """A result set kept by NCBI for some hours."""

    web_env: str
    query_key: str

    @property
    def params(self) -> dict[str, str]:
        """As request parameters."""
        return {"WebEnv": self.web_env, "query_key": self.query_key}


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """One ESearch answer; `pmids` may be fewer than `count` and fewer than asked for."""

    count: int
    pmids: tuple[str, ...]
    history: History | None
    warnings: tuple[str, ...]


def check(status: int, body: bytes, retry_after: float | None = None) -> None:
    """Return if the answer holds a result; raise what it stands for otherwise, quoting NCBI's words."""
    message = error_message(body)
    if status == 200 and not message:
        return
    if message.startswith(_NO_RECORDS):
        return
    raise _error(status, message or f"HTTP {status}", retry_after)


def no_records(body: bytes) -> bool:
    """Whether EFetch says that none of the ids is a record: an answer, though it comes as an error."""
    return error_message(body).startswith(_NO_RECORDS)


def error_message(body: bytes) -> str:
    """NCBI's message if the body is an error in XML, JSON or HTML, or is empty; "" otherwise."""
    head = body[:200].lstrip().lower()
    if not head:
        return "empty answer"
    if head.startswith(b"{"):
        return _json_message(body)
    if head.startswith((b"<!doctype html", b"<html")):
        return _clean(f"a page instead of an answer: {body[:2000].decode('utf-8', 'replace')}")
    return "; ".join(_clean(found.decode("utf-8", "replace")) or "error without a message" for found in _ERROR.findall(body))


def read_search(body: bytes) -> SearchAnswer:
    """Read an `eSearchResult`; raises BadAnswerError where it is not one."""
    root = _root(body, "eSearchResult")
    count = root.findtext("Count", "")
    if not count.isdecimal():
        raise BadAnswerError("ESearch answered without a count")
    web_env, query_key = root.findtext("WebEnv"), root.findtext("QueryKey")
    history = History(web_env, query_key) if web_env and query_key else None
    return SearchAnswer(int(count), _ids(root.find("IdList")), history, _warnings(root))


def read_post(body: bytes) -> History:
    """Read an `ePostResult`; raises BadAnswerError where it is not one."""
    root = _root(body, "ePostResult")
    web_env, query_key = root.findtext("WebEnv"), root.findtext("QueryKey")
    if not web_env or not query_key:
        raise BadAnswerError("EPost answered without a history")
    return History(web_env, query_key)


def read_ids(body: bytes) -> tuple[str, ...]:
    """Read EFetch's `uilist`; raises BadAnswerError where it is not one."""
    return _ids(_root(body, "IdList"))


def _error(status: int, message: str, retry_after: float | None) -> SourceError:
    text = f"NCBI: {message}"
    if status == 429 or _RATE.search(message):
        return RateLimitedError(text, retry_after=retry_after)
    if status >= 500 or status == 408:
        return BadAnswerError(f"{text} (HTTP {status})" if f"HTTP {status}" not in text else text)
    if _REFUSED.search(message) or (status >= 300 and not _OWN_FAILURE.search(message)):
        return RequestRefusedError(text)
    return BadAnswerError(text)


def _json_message(body: bytes) -> str:
    try:
        answer = json.loads(body, strict=False)
    except ValueError:
        return "an unreadable JSON object instead of XML"
    message = answer.get("error") or answer.get("ERROR") or "a JSON object instead of XML"
    return _clean(str(message))


def _clean(text: str) -> str:
    return _SPACE.sub(" ", html.unescape(_MARKUP.sub(" ", text))).strip()[:_LONGEST_QUOTE]


def _root(body: bytes, tag: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise BadAnswerError(f"truncated or malformed {tag}: {error}") from None
    if root.tag != tag:
        raise BadAnswerError(f"expected {tag}, got {root.tag!r}")
    return root


def _ids(parent: etree._Element | None) -> tuple[str, ...]:
    return () if parent is None else tuple(node.text.strip() for node in parent.iterfind("Id") if node.text)


def _warnings(root: etree._Element) -> tuple[str, ...]:
    nodes = (*root.iterfind("ErrorList/*"), *root.iterfind("WarningList/*"))
    return tuple(f"{node.tag!s}: {node.text.strip()}" for node in nodes if node.text and node.text.strip())

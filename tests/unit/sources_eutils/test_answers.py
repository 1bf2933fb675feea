"""What NCBI's answers mean; the inputs are shaped as NCBI's recorded ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dti.errors import BadAnswerError, RateLimitedError, RequestRefusedError, SourceError
from dti.sources.eutils.answers import check, error_message, no_records, read_ids, read_post, read_search

SEARCH = """<?xml version="1.0" encoding="UTF-8" ?>
<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">
<eSearchResult>{}</eSearchResult>"""


def fetch_error(message: str) -> bytes:
    return f"<?xml version='1.0'?>\n<eFetchResult>\n\t<ERROR>{message}</ERROR>\n</eFetchResult>".encode()


def test_search_answer():
    content = "<Count>63</Count><RetMax>2</RetMax><RetStart>0</RetStart><QueryKey>1</QueryKey><WebEnv>MCID_x</WebEnv>"
    answer = read_search(SEARCH.format(f"{content}<IdList>\n<Id>90000002</Id>\n<Id>90000001</Id>\n</IdList>").encode())
    assert (answer.count, answer.pmids) == (63, ("90000002", "90000001"))
    assert answer.history.params == {"WebEnv": "MCID_x", "query_key": "1"}


def test_phrases_not_found_are_warnings():
    content = (
        "<Count>0</Count><RetMax>0</RetMax><RetStart>0</RetStart><IdList/><ErrorList><PhraseNotFound>abcXYZ</PhraseNotFound>"
        "</ErrorList><WarningList><OutputMessage>No items found.</OutputMessage></WarningList>"
    )
    body = SEARCH.format(content).encode()
    check(200, body)
    answer = read_search(body)
    assert (answer.count, answer.pmids) == (0, ())
    assert answer.warnings == ("PhraseNotFound: abcXYZ", "OutputMessage: No items found.")


@pytest.mark.parametrize(
    ("status", "body", "kind", "quoted"),
    [
        (200, fetch_error("Unable to obtain query #1"), RequestRefusedError, "Unable to obtain query #1"),
        (200, fetch_error("Invalid db name specified: nothing"), RequestRefusedError, "Invalid db name"),
        (
            200,
            fetch_error("Search Backend failed: Exception:\n'retstart' cannot be larger than 9998."),
            RequestRefusedError,
            "9998",
        ),
        (200, fetch_error("Search Backend failed: HTTP request returned 502 status."), BadAnswerError, "502 status"),
        (200, fetch_error("Search Backend failed: Database is not supported: pubmed"), BadAnswerError, "not supported"),
        (200, fetch_error(""), BadAnswerError, "without a message"),
        (200, b"", BadAnswerError, "empty answer"),
        (200, b'{"error":"API rate limit exceeded","count":"11"}', RateLimitedError, "rate limit"),
        (200, b'{"esearchresult":{"ERROR":"raw\nnewline"}}', BadAnswerError, "JSON object"),
        (200, b'{"error":"Internal\nfailure"}', BadAnswerError, "Internal failure"),
        (200, b"{broken", BadAnswerError, "unreadable JSON"),
        (200, b"<!DOCTYPE html><html><body>Down for maintenance</body></html>", BadAnswerError, "Down for maintenance"),
        (429, b'{"error":"API rate limit exceeded","count":"4","limit":"3"}', RateLimitedError, "rate limit"),
        (400, b'{"error":"API key invalid","api-key":"x"}', RequestRefusedError, "API key invalid"),
        (
            400,
            fetch_error(" Error: External viewer error: Empty Response. Bytes read: 0 Status: Timeout"),
            BadAnswerError,
            "Empty",
        ),
        (400, fetch_error("proxy_stream(): &lt;h1&gt;502 Bad Gateway&lt;/h1&gt;"), BadAnswerError, "proxy_stream"),
        (400, fetch_error("something new"), RequestRefusedError, "something new"),
        (403, b"<html><body>Access denied</body></html>", RequestRefusedError, "Access denied"),
        (502, b"<html><title>502 Bad Gateway</title></html>", BadAnswerError, "502"),
        (503, b"busy", BadAnswerError, "HTTP 503"),
    ],
)
def test_failures_are_told_apart(status, body, kind, quoted):
    with pytest.raises(SourceError, match=quoted) as caught:
        check(status, body)
    assert type(caught.value) is kind


def test_several_errors_are_all_quoted():
    body = (
        b"<ePostResult><ERROR>Empty ID list; Nothing to store</ERROR><ERROR>Some IDs have invalid value</ERROR></ePostResult>"
    )
    assert error_message(body) == "Empty ID list; Nothing to store; Some IDs have invalid value"


def test_an_error_that_is_itself_cut_off_is_still_one():
    assert error_message(b"<eFetchResult><ERROR>Search Backend fai") == "Search Backend fai"


def test_no_such_records_is_an_answer():
    body = fetch_error("ID list is empty! Possibly it has no correct IDs.")
    check(400, body)
    assert no_records(body)


@pytest.mark.parametrize("read", [read_search, read_post, read_ids])
@pytest.mark.parametrize("body", [b"<IdList><Id>1</Id>", b"<other/>", b"no xml", b"<eSearchResult/>", b"<ePostResult/>"])
def test_anything_else_is_a_bad_answer(read, body):
    with pytest.raises(BadAnswerError):
        read(body)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_readers(body):
    for read in (read_search, read_post, read_ids):
        with pytest.raises(BadAnswerError):
            read(body)
    error_message(body)


def test_entities_are_not_expanded():
    bomb = b'<!DOCTYPE l [<!ENTITY a "9"><!ENTITY b "&a;&a;&a;&a;">]><eSearchResult><Count>&b;</Count></eSearchResult>'
    with pytest.raises(BadAnswerError, match="without a count"):
        read_search(bomb)


def test_external_entities_are_not_read(tmp_path):
    (tmp_path / "secret").write_text("7")
    body = f'<!DOCTYPE l [<!ENTITY a SYSTEM "file://{tmp_path}/secret">]><eSearchResult><Count>&a;</Count></eSearchResult>'
    with pytest.raises(BadAnswerError):
        read_search(body.encode())


def test_recorded_answers(shared_data):
    folder = shared_data / "fixtures" / "eutils"
    counts = {
        name: read_search((folder / f"biopython_{name}.xml").read_bytes()) for name in ("esearch1", "esearch2", "esearch8")
    }
    assert {name: (answer.count, len(answer.pmids)) for name, answer in counts.items()} == {
        "esearch1": (63, 20),
        "esearch2": (42_249, 100),
        "esearch8": (0, 0),
    }
    assert counts["esearch2"].history.web_env.startswith("MCID_")
    assert counts["esearch8"].warnings[0] == "PhraseNotFound: abcXYZ"
    assert read_post((folder / "biopython_epost1.xml").read_bytes()).query_key == "1"
    for name in ("biopython_epost2", "biopython_epost3", "biopython_esummary8"):
        with pytest.raises(RequestRefusedError):
            check(200, (folder / f"{name}.xml").read_bytes())

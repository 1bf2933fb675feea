from datetime import date

import pytest

from dti.errors import RequestRefusedError
from dti.sources.eutils import CAP, DateRange, Found, Slice, Split
from tests.ncbi_records import Corpus
from tests.ncbi_server import TRUNCATED, NcbiServer, error_200


@pytest.fixture
def big():
    """25,000 records over 500 days."""
    with NcbiServer(Corpus(25_000, per_day=50)) as server:
        yield server


def test_a_search_that_fits_is_one_request(client, server, limiter):
    found = client.search_slice(Slice("imatinib"))
    assert isinstance(found, Found)
    assert found.count == len(found.pmids) == 50
    assert found.shortfall == ""
    assert limiter.calls == len(server.requests) == 1


def test_every_request_names_tool_and_email_and_keeps_the_key_out_of_the_address(server, connect):
    connect(server.url, api_key="secret").search_slice(Slice("imatinib"))
    request = server.requests[0]
    assert request.method == "POST"
    assert (request.params["tool"], request.params["email"]) == ("dti-tests", "dti@example.org")
    assert request.params["api_key"] == "secret"


def test_no_key_means_no_parameter(client, server):
    client.count(Slice("imatinib"))
    assert "api_key" not in server.requests[0].params


def test_dates_restrict_by_entry_date(client, server):
    days = DateRange(date(2015, 1, 3), date(2015, 1, 4))
    found = client.search_slice(Slice("all[sb]", days))
    assert set(map(int, found.pmids)) == set(server.corpus.between(days.first, days.last))
    assert server.requests[0].params["datetype"] == "edat"


def test_a_big_search_is_cut_until_it_fits_and_nothing_is_lost(big, connect):
    slices = list(connect(big.url).search("all[sb]"))
    pmids = [pmid for found in slices for pmid in found.pmids]
    assert sorted(map(int, pmids)) == list(big.corpus.pmids)
    assert all(found.count <= CAP and not found.shortfall for found in slices)


def test_a_search_resumes_from_stored_payloads(big, connect):
    """Each step runs in a client of its own, as if the worker had died after every one."""
    steps, pmids = [Slice("all[sb]").payload()], set()
    while steps:
        answer = connect(big.url).search_slice(Slice.from_payload(steps.pop()))
        if isinstance(answer, Split):
            assert sum(part.expected for part in answer.parts) == answer.count
            steps.extend(part.payload() for part in answer.parts)
        else:
            pmids.update(map(int, answer.pmids))
    assert pmids == set(big.corpus.pmids)


def test_a_slice_known_to_be_too_big_is_not_searched_first(big, connect):
    connect(big.url).search_slice(Slice("all[sb]", expected=25_000))
    assert [request.params["retmax"] for request in big.requests] == ["0"]


def test_a_day_above_the_cap_is_delivered_in_part_and_says_so(connect):
    with NcbiServer(Corpus(12_000, per_day=11_000)) as server:
        slices = list(connect(server.url).search("all[sb]"))
    crowded = next(found for found in slices if found.count > CAP)
    assert len(crowded.pmids) == CAP
    assert crowded.shortfall == "11000 records on 2015-01-01, of which NCBI delivers no more than 9999"
    assert sum(len(found.pmids) for found in slices) == CAP + 1_000


def test_a_clipped_answer_is_completed_from_the_history(client, server):
    server.clip = 400
    found = client.search_slice(Slice("all[sb]"))
    assert set(map(int, found.pmids)) == set(server.corpus.pmids)
    assert {request.params["rettype"] for request in server.asked("efetch")} == {"uilist"}


def test_what_cannot_be_completed_is_reported(client, server):
    server.clip = 400
    server.script("efetch", *[error_200("Unable to obtain query #1")] * 3)
    found = client.search_slice(Slice("all[sb]"))
    assert len(found.pmids) == 400
    assert found.shortfall == "NCBI counted 1000 records and delivered 400"


def test_records_that_vanish_between_two_counts_are_reported(client):
    days = DateRange(date(2015, 1, 1), date(2015, 1, 2))
    found = client.search_slice(Slice("all[sb]", days, expected=103))
    assert found.shortfall == "3 of the records counted before are not found by entry date in 2015-01-01 to 2015-01-02"


def test_an_unknown_phrase_is_an_empty_result_with_a_warning(client, limiter):
    found = client.search_slice(Slice("abcXYZ"))
    assert (found.count, found.pmids, found.shortfall) == (0, (), "")
    assert "PhraseNotFound: abcxyz" in found.warnings
    assert limiter.calls == 1


def test_a_partly_unknown_query_warns_too(client):
    found = client.search_slice(Slice("imatinib OR abcXYZ"))
    assert found.count == 50
    assert found.warnings == ("PhraseNotFound: abcxyz",)


def test_a_query_ncbi_refuses_is_not_repeated(client, limiter):
    with pytest.raises(RequestRefusedError, match="Empty term and query_key - nothing todo"):
        client.search_slice(Slice(""))
    assert limiter.calls == 1


def test_a_truncated_search_is_repeated(client, server):
    server.script("esearch", TRUNCATED)
    assert client.search_slice(Slice("imatinib")).count == 50
    assert len(server.requests) == 2

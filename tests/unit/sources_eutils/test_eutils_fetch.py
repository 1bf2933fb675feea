import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dti.domain.documents import DocumentStatus
from dti.errors import BadAnswerError, InputTooLargeError
from tests.ncbi_records import FIRST_PMID, Corpus, Kind, kind_of, sentences_of, title_of
from tests.ncbi_server import BAD_GATEWAY, RESET, TRUNCATED, USUAL_FAULTS, NcbiServer, error_200


def pmids(number, start=0):
    return [str(FIRST_PMID + start + index) for index in range(number)]


def found(result):
    return [document.pmid for document in result.documents]


def test_records_come_in_the_order_asked_for(client, server):
    asked = pmids(200)[::-1]
    result = client.fetch(asked)
    assert found(result) == asked
    assert (result.missing, result.faults) == ((), ())
    assert len(server.requests) == 1


def test_a_record_is_what_the_server_has(client):
    plain, labelled = client.fetch(["90000001", "90000004"]).documents
    assert (plain.title, plain.abstract) == (title_of(90000001), " ".join(sentences_of(90000001)))
    assert [section.label for section in labelled.sections] == ["BACKGROUND", "RESULTS", "CONCLUSIONS"]
    assert tuple(section.text for section in labelled.sections) == sentences_of(90000004)


def test_every_kind_of_record_is_delivered_with_its_status(client):
    statuses = {kind_of(int(document.pmid)): document.status for document in client.fetch(pmids(100)).documents}
    assert statuses == {
        Kind.ARTICLE: DocumentStatus.OK,
        Kind.BOOK: DocumentStatus.OK,
        Kind.NO_ABSTRACT: DocumentStatus.NO_ABSTRACT,
        Kind.FRENCH: DocumentStatus.NOT_ENGLISH,
        Kind.RETRACTED: DocumentStatus.RETRACTED,
    }


def test_pmids_without_a_record_are_missing_not_lost(client):
    result = client.fetch(["1", "90000001", "2"])
    assert found(result) == ["90000001"]
    assert result.missing == ("1", "2")


def test_when_no_pmid_has_a_record_ncbi_reports_an_error_and_we_do_not(client, server):
    server.script("efetch", *[error_200("ID list is empty! Possibly it has no correct IDs.")] * 2)
    assert client.fetch(["1", "2"]).missing == ("1", "2")


def test_records_left_out_once_are_asked_for_again(client, server):
    server.script("efetch", error_200("ID list is empty! Possibly it has no correct IDs."))
    result = client.fetch(pmids(3))
    assert (found(result), result.missing) == (pmids(3), ())


def test_deleted_citations_are_delivered_as_deleted_only_if_asked_for(client, server):
    server.deleted = {90000002}
    result = client.fetch(pmids(3))
    assert {document.pmid: document.status for document in result.documents}["90000002"] is DocumentStatus.DELETED
    assert len(result.documents) == 3


def test_a_deletion_nobody_asked_about_is_not_counted(client, server):
    server.corpus = Corpus(articles=1)
    extra = "<DeleteCitation><PMID>5</PMID></DeleteCitation></PubmedArticleSet>"
    server.amend = lambda xml: xml.replace("</PubmedArticleSet>", extra)
    result = client.fetch(["90000001", "90000002"])
    assert (found(result), result.missing) == (["90000001"], ("90000002",))


def test_repeated_pmids_are_asked_for_once(client, server):
    assert found(client.fetch(["90000001", "90000001"])) == ["90000001"]
    assert server.requests[0].params["id"] == "90000001"


@pytest.mark.parametrize("text", ["", "x", "1e5", "-3", "1,2", "007", "１２", "123456789012"])
def test_what_is_no_pmid_is_a_fault_and_never_sent(client, server, text):
    result = client.fetch([text, "90000001"])
    assert found(result) == ["90000001"]
    assert [(fault.pmid, fault.reason) for fault in result.faults] == [(text, "not a PMID")]
    assert server.requests[0].params["id"] == "90000001"


def test_nothing_asked_nothing_sent(client, server):
    assert client.fetch([]).documents == ()
    assert server.requests == []


def test_long_lists_are_posted_once_and_fetched_by_position(client, server):
    result = client.fetch(pmids(450))
    assert found(result) == pmids(450)
    assert len(server.asked("epost")) == 1
    assert [request.params["retstart"] for request in server.asked("efetch")] == ["0", "200", "400"]
    assert {request.method for request in server.requests} == {"POST"}


def test_missing_records_of_a_long_list_are_confirmed_by_id(client, server):
    result = client.fetch([*pmids(300), "1"])
    assert (len(result.documents), result.missing) == (300, ("1",))
    assert [request.params["id"] for request in server.asked("efetch")[2:]] == ["1", "1"]


def test_an_expired_history_is_replaced_by_ids(client, server):
    server.script("efetch", error_200("Unable to obtain query #1"))
    assert found(client.fetch(pmids(450))) == pmids(450)
    assert [len(request.params["id"].split(",")) for request in server.asked("efetch")[1:]] == [200, 200, 50]


def test_a_refused_post_is_replaced_by_ids(client, server):
    server.script("epost", error_200("Some IDs have invalid value and were omitted."))
    assert found(client.fetch(pmids(250))) == pmids(250)


def test_more_than_the_history_takes(connect):
    with NcbiServer(Corpus(10_050)) as server:
        result = connect(server.url).fetch(pmids(10_050))
    assert len(result.documents) == 10_050
    assert len(server.asked("epost")) == 2


def test_a_truncated_answer_is_repeated(client, server):
    server.script("efetch", TRUNCATED, TRUNCATED)
    assert found(client.fetch(pmids(20))) == pmids(20)
    assert len(server.requests) == 3


def test_a_page_is_divided_for_bad_answers_only(client, server):
    """Dividing does not help where nobody answers: such requests are repeated as long as any other."""
    server.script("efetch", *[RESET] * 4)
    assert found(client.fetch(pmids(20))) == pmids(20)
    assert len(server.requests) == 5


def test_one_poisonous_record_costs_only_itself(client, server):
    server.poison = {90000077}
    result = client.fetch(pmids(200))
    assert len(result.documents) == 199
    assert [(fault.pmid, fault.code) for fault in result.faults] == [("90000077", "bad-answer")]
    assert "truncated" in result.faults[0].reason
    assert result.missing == ()


def test_two_poisonous_neighbours_are_not_taken_for_an_outage(client, server):
    server.poison = {90000019, 90000020}
    result = client.fetch(pmids(20))
    assert (len(result.documents), [fault.pmid for fault in result.faults]) == (18, ["90000019", "90000020"])


def test_a_poisonous_record_in_a_long_list(client, server):
    server.poison = {90000333}
    result = client.fetch(pmids(450))
    assert len(result.documents) == 449
    assert [fault.pmid for fault in result.faults] == ["90000333"]


def test_a_record_that_is_well_again_when_asked_for_once_more_is_no_fault(client, server):
    """Three failures use up the attempts at the page, four those at its two parts of one record each."""
    server.script("efetch", *[TRUNCATED] * 3, *[TRUNCATED] * 3)
    result = client.fetch(pmids(2))
    assert (found(result), result.faults) == (pmids(2), ())


def test_a_record_that_is_not_well_formed_costs_only_itself(client, server):
    server.garbled = {90000005, 90000050}
    result = client.fetch([*pmids(60), "1"])
    assert len(result.documents) == 58
    assert sorted(fault.pmid for fault in result.faults) == ["90000005", "90000050"]
    assert result.missing == ("1",)


def test_an_answer_too_large_is_divided(server, connect):
    result = connect(server.url, max_bytes=20_000).fetch(pmids(100))
    assert len(result.documents) == 100


def test_a_record_too_large_is_a_fault(server, connect):
    result = connect(server.url, max_bytes=500).fetch(pmids(2))
    assert [fault.code for fault in result.faults] == [InputTooLargeError.code] * 2


def test_a_server_that_fails_every_record_is_down_and_blames_no_record(client, server):
    server.script("efetch", *[BAD_GATEWAY] * 500)
    with pytest.raises(BadAnswerError, match="502"):
        client.fetch(pmids(200))
    assert len(server.requests) < 50


SOME = st.sets(st.integers(FIRST_PMID, FIRST_PMID + 39), max_size=2)
TROUBLE = st.fixed_dictionaries(
    {"poison": SOME, "garbled": SOME, "deleted": SOME, "faults": st.lists(st.sampled_from(USUAL_FAULTS), max_size=4)}
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.sampled_from([1, 2, 40, 210]).map(pmids), trouble=TROUBLE)
def test_every_pmid_is_delivered_missing_or_faulty_whatever_goes_wrong(client, server, asked, trouble):
    server.poison, server.garbled, server.deleted = trouble["poison"], trouble["garbled"], trouble["deleted"]
    server.script("efetch", *trouble["faults"])
    result = client.fetch([*asked, "1", "2"])
    assert sorted([*found(result), *result.missing, *(fault.pmid for fault in result.faults)]) == sorted([*asked, "1", "2"])
    assert set(result.missing) == {"1", "2"}
    bad = (server.poison | server.garbled) - server.deleted
    assert {int(fault.pmid) for fault in result.faults} == bad & set(map(int, asked))

import logging
import socket

import pytest

from dti.errors import (
    BadAnswerError,
    InputTooLargeError,
    RateLimitedError,
    RequestRefusedError,
    SettingsError,
    SourceUnavailableError,
)
from dti.sources.eutils import Slice
from tests.ncbi_server import BACKEND, BAD_GATEWAY, DROPPED, JSON_ERROR, RESET, TRUNCATED, Fault

SEARCH = Slice("imatinib")


@pytest.mark.parametrize(
    "fault", [BAD_GATEWAY, TRUNCATED, DROPPED, RESET, BACKEND, JSON_ERROR, Fault(status=429), Fault(body="")]
)
def test_what_may_heal_is_tried_again(client, server, limiter, fault):
    server.script("esearch", fault, fault)
    assert client.search_slice(SEARCH).count == 50
    assert limiter.calls == len(server.requests) == 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (BAD_GATEWAY, BadAnswerError),
        (TRUNCATED, BadAnswerError),
        (DROPPED, BadAnswerError),
        (RESET, SourceUnavailableError),
        (BACKEND, BadAnswerError),
        (Fault(status=429), RateLimitedError),
    ],
)
def test_patience_ends_with_a_retryable_error(client, server, fault, kind):
    server.script("esearch", *[fault] * 10)
    with pytest.raises(SourceUnavailableError) as caught:
        client.search_slice(SEARCH)
    assert type(caught.value) is kind
    assert caught.value.retryable
    assert len(server.requests) == 5


def test_waits_grow_with_jitter(client, server, waits):
    server.script("esearch", *[BAD_GATEWAY] * 4)
    client.search_slice(SEARCH)
    assert len(waits) == 4
    for wait, least in zip(waits, (1, 2, 4, 8), strict=True):
        assert least <= wait <= least + 1
    assert len({wait % 1 for wait in waits}) == 4


def test_retry_after_is_honoured(client, server, waits):
    server.script("esearch", Fault(status=429, headers=(("Retry-After", "13"),)))
    client.search_slice(SEARCH)
    assert waits == [13]


def test_a_wait_longer_than_patience_is_left_to_the_caller(client, server, waits):
    server.script("esearch", Fault(status=429, headers=(("Retry-After", "3600"),)))
    with pytest.raises(RateLimitedError) as caught:
        client.search_slice(SEARCH)
    assert caught.value.retry_after == 3600
    assert waits == []


def test_the_servers_own_limit_is_respected(server, connect):
    """The limiter of these tests lets everything through, so the server has to say no."""
    server.rate, server.clock = 2, lambda: 100.0
    client = connect(server.url)
    client.count(SEARCH)
    client.count(SEARCH)
    with pytest.raises(RateLimitedError, match="API rate limit exceeded") as caught:
        client.count(SEARCH)
    assert caught.value.retry_after == 1


def test_silence_is_a_bad_answer(server, connect):
    server.script("esearch", Fault(wait=0.5))
    assert connect(server.url, silence=0.1).search_slice(SEARCH).count == 50


def test_an_answer_that_drips_is_given_up(server, connect):
    server.script("esearch", *[Fault(drip=0.05)] * 5)
    with pytest.raises(BadAnswerError, match=r"more than 0\.1 s"):
        connect(server.url, answer=0.1).search_slice(SEARCH)


def test_an_endless_answer_is_refused(server, connect):
    with pytest.raises(InputTooLargeError, match="100 bytes"):
        connect(server.url, max_bytes=100).search_slice(SEARCH)
    assert len(server.requests) == 1


def test_nobody_listening(connect):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = connect(f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(SourceUnavailableError, match="refused"):
            client.search_slice(SEARCH)


def test_a_refused_key_is_not_repeated_nor_quoted(server, connect):
    with pytest.raises(RequestRefusedError, match="API key invalid"):
        connect(server.url, api_key="wrong").search_slice(SEARCH)
    assert len(server.requests) == 1


def test_the_key_is_in_no_log_and_no_error(server, connect, caplog):
    caplog.set_level(logging.DEBUG)
    server.script("esearch", *[Fault(status=400, body='{"error":"no such key: hunter2"}')])
    with pytest.raises(RequestRefusedError, match=r"no such key: \(api_key\)"):
        connect(server.url, api_key="hunter2").search_slice(SEARCH)
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("who", [{"tool": ""}, {"email": ""}])
def test_ncbi_wants_to_know_who_asks(server, connect, who):
    with pytest.raises(RequestRefusedError, match="tool and an email"):
        connect(server.url, **who).search_slice(SEARCH)
    assert server.requests == []


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1", "http://", "http://\x00", "eutils"])
def test_an_address_that_is_none_is_found_out_at_once(connect, url):
    with pytest.raises(SettingsError, match="address of the E-utilities"):
        connect(url)


def test_redirects_are_not_followed(client, server):
    server.script("esearch", Fault(status=302, body="moved", headers=(("Location", "http://127.0.0.1:1/"),)))
    with pytest.raises(RequestRefusedError, match="302"):
        client.search_slice(SEARCH)

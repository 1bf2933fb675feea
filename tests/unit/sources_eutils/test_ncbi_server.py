"""The local server has to be as strict as NCBI, or the tests against it show little."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest
from lxml import etree

from dti.settings import PROJECT_ROOT
from tests.ncbi_records import Corpus
from tests.ncbi_server import NcbiServer

WHO = {"db": "pubmed", "tool": "t", "email": "e@example.org"}


def ask(server, utility, **params):
    return httpx.post(f"{server.url}/{utility}.fcgi", data=WHO | params)


def test_more_than_the_limit_is_429_with_headers(server):
    server.rate, server.clock = None, lambda: 100.0
    answers = [ask(server, "esearch", term="imatinib") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["X-RateLimit-Limit"] == "3"
    assert answers[3].headers["X-RateLimit-Remaining"] == "0"
    assert answers[3].json()["error"] == "API rate limit exceeded"


def test_a_second_later_there_is_room_again(server):
    server.rate, server.clock = 1, iter((100.0, 100.0, 100.9, 100.9, 101.1, 101.1)).__next__
    assert [ask(server, "esearch", term="imatinib").status_code for _ in range(3)] == [200, 429, 200]


def test_a_key_has_a_limit_of_its_own(server):
    server.rate, server.clock = None, lambda: 100.0
    assert [ask(server, "esearch", term="imatinib", api_key="k").status_code for _ in range(11)][-2:] == [200, 429]


def test_long_addresses_are_refused(server):
    ids = ",".join(map(str, range(90_000_001, 90_001_001)))
    assert httpx.get(f"{server.url}/efetch.fcgi", params=WHO | {"id": ids}).status_code == 400
    assert ask(server, "efetch", id=ids).status_code == 200


def test_beyond_the_cap_is_an_error_inside_200():
    with NcbiServer(Corpus(12_000)) as server:
        beyond = ask(server, "esearch", term="all[sb]", retstart="9999")
        crossing = ask(server, "esearch", term="all[sb]", retstart="9990", retmax="100")
    assert beyond.status_code == 200
    assert "'retstart' cannot be larger than 9998" in beyond.text
    assert etree.fromstring(crossing.content).findtext("RetMax") == "9"


def test_one_end_of_a_date_range_alone_restricts_nothing(server):
    answer = ask(server, "esearch", term="all[sb]", datetype="edat", mindate="2015/01/05")
    assert etree.fromstring(answer.content).findtext("Count") == "1000"


def test_records_are_well_formed_and_always_the_same(server):
    ids = "90000001,90000007,90000013,90000029"
    first, second = ask(server, "efetch", id=ids), ask(server, "efetch", id=ids)
    assert first.content == second.content
    tags = [element.tag for element in etree.fromstring(first.content)]
    assert tags == ["PubmedArticle", "PubmedBookArticle", "PubmedArticle", "PubmedArticle"]


@pytest.mark.integration
def test_it_runs_as_a_program():
    command = [sys.executable, "-m", "tests.ncbi_server", "--articles", "10", "--rate", "0"]
    with subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        answer = httpx.post(f"{url}/esearch.fcgi", data=WHO | {"term": "all[sb]"})
        process.terminate()
    assert "<Count>10</Count>" in answer.text

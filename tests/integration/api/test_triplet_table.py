"""Triplets as a table of tabs: over HTTP, by the command, from the page."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import httpx
import pytest
from click.testing import CliRunner
from inline_snapshot import snapshot

from dti.cli.query import query
from tests.integration.api.conftest import Store, claim

pytestmark = pytest.mark.integration

_TEXT = "Aspirin  inhibits\tCOX-1 ."
_PATH = "/v1/triplets.tsv"


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_a_row_holds_names_identifiers_belief_and_evidence(api: httpx.Client, store: Store) -> None:
    store("11", "T", claim("Aspirin inhibitor COX-1", 0.75, _TEXT, ("drugbank:DB00945", "hgnc:9604")))

    answer = api.get(_PATH)

    assert answer.headers["content-type"] == "text/tab-separated-values; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="triplets.tsv"'
    [row] = _rows(answer.text)
    assert row == snapshot(
        {
            "triplet": "1",
            "drug": "Aspirin",
            "drug_id": "drugbank:DB00945",
            "interaction": "inhibitor",
            "interaction_type": "unknown",
            "direction": "unclear",
            "target": "COX-1",
            "target_id": "hgnc:9604",
            "belief": "0.7500",
            "support": "0.7500",
            "denial": "0.0000",
            "papers": "1",
            "grounded": "true",
            "opposed": "false",
            "curated": "",
            "evidence_count": "1",
            "document_count": "1",
            "confidence": "0.7500",
            "document": "pmid:11",
            "pmid": "11",
            "document_status": "ok",
            "polarity": "unassessed",
            "certainty": "unassessed",
            "section": "unknown",
            "sentence": "Aspirin inhibits COX-1 .",
            "sentence_start": "0",
            "sentence_end": "25",
            "drug_start": "0",
            "drug_end": "7",
            "target_start": "18",
            "target_end": "23",
            "model": "tiny",
            "run": "e3d5313994a721f7444d8c962d34cedb",
        }
    )


def test_all_pages_come_in_order_and_no_more_than_asked(
    api: httpx.Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.triplets.MAX_PAGE", 2)
    for number in range(5):
        store(str(number + 1), "T", claim(f"drug{number} inhibitor target", 0.5 + number / 10, f"drug{number} inhibits target"))

    listed = [row["drug"] for row in _rows(api.get(_PATH).text)]
    believed = [row["drug"] for row in _rows(api.get(_PATH, params={"order": "belief", "limit": 3}).text)]

    assert listed == ["drug0", "drug1", "drug2", "drug3", "drug4"]
    assert believed == ["drug4", "drug3", "drug2"]


def test_conditions_are_those_of_the_list(api: httpx.Client, store: Store) -> None:
    store("1", "T", claim("a inhibitor b", 0.9, "a inhibits b"), claim("c inhibitor d", 0.4, "nothing"))

    asked = ("", "grounded=any", "drug=c", "pmid=2")
    told = {key: [row["drug"] for row in _rows(api.get(f"{_PATH}?{key}").text)] for key in asked}

    assert told == {"": ["a"], "grounded=any": ["a", "c"], "drug=c": [], "pmid=2": []}
    assert api.get(_PATH, params={"cursor": "x"}).json()["code"] == "invalid-request"


def test_a_name_that_is_a_formula_stays_text(api: httpx.Client, store: Store) -> None:
    store("1", "T", claim("=1+1 inhibitor @b", 0.9, "=1+1 inhibits @b"))

    [row] = _rows(api.get(_PATH).text)

    assert (row["drug"], row["target"], row["sentence"]) == ("'=1+1", "'@b", "'=1+1 inhibits @b")


def test_the_command_prints_the_table_as_it_comes(api: httpx.Client, url: str, store: Store) -> None:
    store("1", "T", claim("α-drug inhibitor b", 0.9, "α-drug inhibits b"), claim("c inhibitor d", 0.9, "c inhibits d"))

    printed = CliRunner().invoke(query, ["--format", "tsv", "--drug", "α-drug", "--url", url])

    assert printed.stdout_bytes == api.get(_PATH, params={"drug": "α-drug", "order": "belief"}).content
    assert [row["target"] for row in _rows(printed.stdout)] == ["b"]
    assert len(_rows(CliRunner().invoke(query, ["--format", "tsv", "--limit", "1", "--url", url]).stdout)) == 1


def test_the_command_tells_what_the_service_refuses(url: str) -> None:
    error = CliRunner().invoke(query, ["--format", "tsv", "--drug", "", "--url", url]).exception

    assert str(error) == "query drug: must not be empty"


def test_the_page_links_the_table_of_its_search(api: httpx.Client, store: Store) -> None:
    store("1", "T", claim("a&b inhibitor c", 0.9, "a&b inhibits c"), claim("d inhibitor c", 0.9, "d inhibits c"))

    page = api.get("/", params={"drug": "a&b"}).text
    [address] = re.findall(r'<a download href="([^"]+)"', page)

    assert [row["drug"] for row in _rows(api.get(unescape(address)).text)] == ["a&b"]

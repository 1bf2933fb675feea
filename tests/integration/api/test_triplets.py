"""Triplets and documents over HTTP."""

from __future__ import annotations

import httpx
import pytest
from inline_snapshot import snapshot

from dti.domain.identity import Run
from tests.integration.api.conftest import RUN, Store, claim

pytestmark = pytest.mark.integration


def _ids(page: httpx.Response) -> list[str]:
    assert page.status_code == 200, page.text
    return [f"{t['drug']} {t['interaction']} {t['target']}" for t in page.json()["items"]]


def test_a_triplet_comes_with_its_best_evidence(api: httpx.Client, store: Store) -> None:
    store("11", "Aspirin inhibits COX-1 .", claim("Aspirin inhibitor COX-1", 0.75, "Aspirin inhibits COX-1 ."))
    store("12", "More on this.", claim("aspirin inhibitor cox-1", 0.5, "Nothing here."))

    body = api.get("/v1/triplets", params={"drug": "ASPIRIN"}).json()

    assert body == snapshot(
        {
            "items": [
                {
                    "id": 1,
                    "drug": "Aspirin",
                    "interaction": "inhibitor",
                    "target": "COX-1",
                    "drug_curie": None,
                    "target_curie": None,
                    "interaction_type": "unknown",
                    "direction": "unclear",
                    "belief": 0.75,
                    "support": 0.75,
                    "denial": 0.0,
                    "paper_count": 1,
                    "grounded": True,
                    "opposed": False,
                    "curated": None,
                    "evidence_count": 1,
                    "document_count": 1,
                    "confidence": 0.75,
                    "best_evidence": {
                        "id": 1,
                        "confidence": 0.75,
                        "polarity": "unassessed",
                        "certainty": "unassessed",
                        "section": "unknown",
                        "sentence": "Aspirin inhibits COX-1 .",
                        "sentence_span": [0, 24],
                        "drug_span": [0, 7],
                        "target_span": [17, 22],
                        "trigger_span": None,
                        "species": [],
                        "assays": [],
                        "quantities": [],
                        "supporting": [],
                        "withdrawn_at": None,
                        "withdrawn_reason": "",
                        "document": {"key": "pmid:11", "pmid": "11", "title": "Aspirin inhibits COX-1 .", "status": "ok"},
                        "run": {
                            "id": "e3d5313994a721f7444d8c962d34cedb",
                            "model": "tiny",
                            "checkpoint_sha256": "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
                            "code_version": "0.1.0+test",
                            "decoding": "",
                            "lexicon_sha256": "",
                        },
                    },
                }
            ],
            "next_cursor": None,
        }
    )


def test_a_triplet_shows_all_its_evidence_page_by_page(api: httpx.Client, store: Store) -> None:
    for number, confidence in enumerate((0.5, 0.9, 0.5, 0.7), start=1):
        store(str(number), "T", claim("a b c", confidence, "a c"))
    triplet_id = api.get("/v1/triplets").json()["items"][0]["id"]

    first = api.get(f"/v1/triplets/{triplet_id}", params={"limit": 3}).json()
    second = api.get(f"/v1/triplets/{triplet_id}", params={"limit": 3, "cursor": first["evidence"]["next_cursor"]}).json()

    shown = [entry for page in (first, second) for entry in page["evidence"]["items"]]
    assert [(e["confidence"], e["document"]["pmid"]) for e in shown] == [(0.9, "2"), (0.7, "4"), (0.5, "1"), (0.5, "3")]
    assert second["evidence"]["next_cursor"] is None
    assert first["evidence_count"] == first["document_count"] == 4


def test_filters_hold_for_the_evidence_that_is_counted(api: httpx.Client, store: Store) -> None:
    store("1", "T", claim("a b c", 0.9, "nothing"))
    store("2", "T", claim("a b c", 0.6, "a c"), claim("x b c", 0.3, "x c"))

    grounded = api.get("/v1/triplets", params={"grounded": "true", "min_confidence": 0.5}).json()["items"]
    ungrounded = api.get("/v1/triplets", params={"grounded": "false"}).json()["items"]
    of_paper = api.get("/v1/triplets", params={"pmid": "002"})
    anything = api.get("/v1/triplets", params={"grounded": "any"}).json()["items"]

    assert [(t["drug"], t["evidence_count"], t["confidence"]) for t in grounded] == [("a", 1, 0.6)]
    assert [(t["drug"], t["evidence_count"], t["confidence"]) for t in ungrounded] == [("a", 1, 0.9)]
    assert [(t["drug"], t["evidence_count"], t["confidence"]) for t in anything] == [("a", 2, 0.9), ("x", 1, 0.3)]
    assert _ids(of_paper) == ["a b c", "x b c"]


def test_ends_are_found_by_name_and_by_curie(api: httpx.Client, store: Store) -> None:
    store("1", "T", claim("Finasteride inhibitor SRD5A2", 0.9, "Finasteride, SRD5A2", ("CHEBI:5062", "HGNC:11285")))
    store("2", "T", claim("Caffeine inhibitor ADORA2A", 0.9, "Caffeine, ADORA2A"))
    one, other = "Finasteride inhibitor SRD5A2", "Caffeine inhibitor ADORA2A"
    expected: list[tuple[dict[str, str], list[str]]] = [
        ({"drug": "  \N{LATIN SMALL LIGATURE FI}nasteride "}, [one]),
        ({"target": "HGNC:11285"}, [one]),
        ({"drug": "CHEBI:5062", "target": "srd5a2"}, [one]),
        ({"interaction": "Inhibitor"}, [one, other]),
        ({"drug": "caffeine", "target": "SRD5A2"}, []),
        ({"drug": "CHEBI:1"}, []),
        ({"pmid": "404"}, []),
    ]

    assert [(params, _ids(api.get("/v1/triplets", params=params))) for params, _ in expected] == expected


def test_pages_neither_repeat_nor_miss_while_rows_are_added(api: httpx.Client, store: Store) -> None:
    for number in range(1, 6):
        store(str(number), "T", claim(f"d{number} b c", 0.9, f"d{number} c"))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get("/v1/triplets", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += _ids(page)
        cursor = page.json()["next_cursor"]
        if len(seen) == 2:
            store("6", "T", claim("d6 b c", 0.9, "d6 c"), claim("d1 b c", 0.99, "d1 c"))

    assert seen == [f"d{number} b c" for number in range(1, 7)]


def test_a_document_tells_what_was_found_by_whom(api: httpx.Client, store: Store) -> None:
    store("9108990", "Aspirin and COX-1", run=Run("other", "d" * 64, "0.1.0"), reason="empty")
    store("9108990", "Aspirin and COX-1", claim("weak b c", 0.2, "t"), claim("aspirin inhibitor COX-1", 0.8, "t"))

    body = api.get("/v1/documents/9108990").json()

    assert [t["drug"] for t in body["triplets"]] == ["aspirin", "weak"]
    assert {(r["run"]["model"], r["outcome"], r["reason"]) for r in body["readings"]} == {
        (RUN.model, "extracted", ""),
        ("other", "no_triplet", "empty"),
    }
    assert api.get("/v1/documents/pmid:9108990").json() == body == api.get("/v1/documents/0009108990").json()


@pytest.mark.parametrize("path", ["/v1/documents/1", "/v1/documents/file:a%2Fb", "/v1/triplets/1", "/v1/nothing"])
def test_what_is_not_there_is_a_404_problem(shared_api: httpx.Client, path: str) -> None:
    answer = shared_api.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not-found"

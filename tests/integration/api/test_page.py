"""The page for people."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from dti.domain.evidence import Polarity
from tests.integration.api.conftest import Store, claim

pytestmark = pytest.mark.integration


def test_a_search_leads_to_a_triplet_with_its_explanation(api: httpx.Client, store: Store) -> None:
    text = "We found that <b>aspirin</b> inhibits COX."
    found = claim("aspirin inhibitor COX", 0.6, text)
    store("1", "T", found)
    store("2", "T", replace(found, confidence=0.5, evidence=replace(found.evidence, polarity=Polarity.NEGATED)))

    listed = api.get("/", params={"drug": "Aspirin"})
    shown = api.get("/triplets/1")

    assert listed.headers["content-type"].startswith("text/html")
    assert "0.30</a> <span class='no'>disputed" in listed.text
    assert "&lt;b&gt;<mark>aspirin</mark>&lt;/b&gt; inhibits <mark>COX</mark>." in shown.text
    assert "support 0.600 &times; (1 &minus; denial 0.500)" in shown.text
    assert "+0.300" in shown.text
    assert "-0.300" in shown.text
    assert "not compared" in shown.text
    assert "style-src 'self'" in shown.headers["content-security-policy"]
    assert api.get("/page.css").headers["content-type"].startswith("text/css")


def test_what_is_typed_is_shown_as_text(shared_api: httpx.Client) -> None:
    answer = shared_api.get("/", params={"drug": '"><script>alert(1)</script>'})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert shared_api.get("/triplets/1").status_code == 404

"""The page for people."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from dti.domain.evidence import Certainty, Polarity
from tests.integration.api.conftest import Store, claim

pytestmark = pytest.mark.integration

BROWSER = {"accept": "text/html,application/xhtml+xml"}


def test_a_search_leads_to_a_triplet_with_its_explanation(api: httpx.Client, store: Store) -> None:
    text = "We found that <b>aspirin</b> inhibits COX."
    found = claim("aspirin inhibitor COX", 0.6, text)
    store("1", "T", found)
    store("2", "T", replace(found, confidence=0.5, evidence=replace(found.evidence, polarity=Polarity.NEGATED)))

    listed = api.get("/", params={"drug": "Aspirin"})
    shown = api.get("/triplets/1")

    assert listed.headers["content-type"].startswith("text/html")
    assert '0.30</a> <span class="tag no">disputed' in listed.text
    assert "&lt;b&gt;<mark>aspirin</mark>&lt;/b&gt; inhibits <mark>COX</mark>." in shown.text
    assert "support 0.600 &times; (1 &minus; denial 0.500)" in shown.text
    assert "+0.300" in shown.text
    assert "-0.300" in shown.text
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/1/"' in shown.text
    assert "from 2 papers" in shown.text
    assert "not compared" in shown.text
    assert "not compared" not in listed.text  # no table is loaded: nothing to say of every row
    assert "style-src 'self'" in shown.headers["content-security-policy"]
    assert api.get("/page.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"polarity": Polarity.NEGATED}, "denied"),
        ({"certainty": Certainty.HEDGED}, "hedged"),
        ({"certainty": Certainty.HYPOTHESIS}, "hypothesis"),
    ],
)
def test_what_is_no_plain_statement_is_marked_where_it_is_listed(api: httpx.Client, store: Store, change, said) -> None:
    found = claim("aspirin inhibitor COX", 0.6, "Aspirin inhibits COX.")
    store("1", "T", found)
    assert 'class="tag' not in api.get("/").text
    other = claim("other inhibitor COX", 0.6, "other inhibits COX.")
    store("2", "T", replace(other, evidence=replace(other.evidence, **change)))
    assert f'">{said}</span>' in api.get("/", params={"drug": "other"}).text


def test_a_page_ends_with_a_way_to_the_next(api: httpx.Client, store: Store) -> None:
    store("1", "T", *[claim(f"drug{number} inhibitor COX", 0.6, f"drug{number} inhibits COX.") for number in range(101)])
    first = api.get("/", params={"target": "COX"})
    [address] = [part.split('"')[0] for part in first.text.split('<a rel="next" href="')[1:]]
    second = api.get(address.replace("&amp;", "&"))
    assert first.text.count('scope="row"') == 100
    assert (second.text.count('scope="row"'), 'rel="next"' in second.text) == (1, False)


def test_an_empty_knowledge_base_and_a_vain_search_say_what_to_do(api: httpx.Client, store: Store) -> None:
    assert "dti submit" in api.get("/").text
    store("1", "T", claim("aspirin inhibitor COX", 0.6, "Aspirin inhibits COX."))
    vain = api.get("/", params={"drug": "aspir", "target": "COX"}).text
    assert "No drug “aspir” is known here." in vain
    assert '<a href="/?drug=aspirin">aspirin</a>?' in vain
    assert "The target “COX” is known here" in vain
    assert "<table>" not in vain


def test_a_browser_is_told_of_errors_by_a_page_and_a_program_by_a_problem(shared_api: httpx.Client) -> None:
    for path, status, said in (("/triplets/1", 404, "there is no triplet 1"), ("/?cursor=x", 400, "the cursor is not one")):
        page, problem = shared_api.get(path, headers=BROWSER), shared_api.get(path)
        assert (page.status_code, problem.status_code) == (status, status)
        assert page.headers["content-type"].startswith("text/html")
        assert said in page.text
        assert problem.headers["content-type"] == "application/problem+json"
    assert shared_api.get("/v1/triplets/1", headers=BROWSER).headers["content-type"] == "application/problem+json"


def test_a_page_fits_a_telephone_and_names_its_fields(shared_api: httpx.Client) -> None:
    text = shared_api.get("/").text
    assert 'name="viewport" content="width=device-width' in text
    assert text.count("<label>") == text.count("<input")


def test_what_is_typed_is_shown_as_text(shared_api: httpx.Client) -> None:
    answer = shared_api.get("/", params={"drug": '"><script>alert(1)</script>'})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert shared_api.get("/triplets/1").status_code == 404

"""Wire models."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.schemas import Batch, BatchIn, Item, Pmid, Text
from db.queries.views import ItemView
from dti.domain.jobs import BatchId, BatchState, BatchSummary, ItemState

_NOW = datetime(2026, 1, 2, tzinfo=UTC)
_ASKED: dict[str, object] = {"pmids": 4, "pmids_sha256": "x", "query": "", "uploads": [], "refresh": False}
_SUMMARY = BatchSummary(BatchId("b"), BatchState.RUNNING, _NOW, None, {ItemState.EXTRACTED: 1, ItemState.QUEUED: 3}, 0, _ASKED)


@given(st.integers(1, 999_999_999), st.integers(0, 12))
def test_a_pmid_loses_its_leading_zeros(number: int, zeros: int) -> None:
    pmid = TypeAdapter(Pmid)

    assert pmid.validate_python("0" * zeros + str(number)) == pmid.validate_python(number) == str(number)


@given(st.text())
def test_text_is_printable_after_validation(value: str) -> None:
    try:
        accepted = TypeAdapter(Text).validate_python(value)
    except ValidationError:
        return
    assert accepted == accepted.strip()
    assert not [char for char in accepted if ord(char) < 32 or 0x7F <= ord(char) < 0xA0]


def test_a_request_keeps_order_and_drops_duplicates() -> None:
    asked = BatchIn.model_validate({"pmids": ["2", "01", 2], "uploads": ["u", "u"]}).to_request(None)

    assert (asked.pmids, asked.uploads, asked.query, asked.idempotency_key) == (("2", "1"), ("u",), "", "")


def test_progress_is_the_finished_share_and_unknown_while_steps_are_pending() -> None:
    nothing = replace(_SUMMARY, counts={}, state=BatchState.FINISHED)

    assert (Batch.of(_SUMMARY).total, Batch.of(_SUMMARY).done, Batch.of(_SUMMARY).progress) == (4, 1, 0.25)
    assert Batch.of(replace(_SUMMARY, pending_steps=1)).progress is None
    assert Batch.of(nothing).progress == 1.0
    assert set(Batch.of(nothing).counts) == set(ItemState)


@pytest.mark.parametrize(
    ("key", "link"),
    [
        ("pmid:1", "/v1/documents/pmid:1"),
        ("file:a/b c#d?e%", "/v1/documents/file:a%2Fb%20c%23d%3Fe%25"),
        ("doi:10.1/\N{GREEK SMALL LETTER ALPHA}", "/v1/documents/doi:10.1%2F%CE%B1"),
        (None, None),
    ],
)
def test_the_link_to_a_document_survives_any_key(key: str | None, link: str | None) -> None:
    assert Item.of(ItemView(1, "k", ItemState.EXTRACTED, "", 1, _NOW, key)).document == link

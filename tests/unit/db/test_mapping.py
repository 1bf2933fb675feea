"""Documents and claims survive the way into rows and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.mapping import claim_rows, content_sha256, document_from_record, document_key, document_row, storable, storable_document
from dti.domain.documents import Correction, Document, MeshHeading, Section, Substance
from dti.domain.entities import Curie, Entity, EntityKind, Link
from dti.domain.evidence import Claim, Evidence, Extraction, Outcome, Polarity, Span
from dti.domain.identity import Run, triplet_key
from dti.domain.triplets import Triplet

ANY = st.text(st.characters(codec=None), max_size=20)  # NUL and lone surrogates included
SECTIONS = st.lists(st.builds(Section, ANY, ANY, ANY), max_size=2).map(tuple)
DOCUMENTS = st.builds(
    Document,
    source=st.sampled_from(["pmid", "file"]),
    id=ANY,
    title=ANY,
    abstract=ANY,
    sections=SECTIONS,
    body=SECTIONS,
    pmid=ANY,
    version=st.integers(1, 9),
    languages=st.lists(ANY, max_size=2).map(tuple),
    authors=st.lists(ANY, max_size=2).map(tuple),
    mesh=st.lists(st.builds(MeshHeading, ANY, ANY, st.booleans(), st.lists(ANY, max_size=2).map(tuple)), max_size=2).map(tuple),
    substances=st.lists(st.builds(Substance, ANY, ANY, ANY), max_size=2).map(tuple),
    corrections=st.lists(st.builds(Correction, ANY, ANY, ANY), max_size=2).map(tuple),
    deleted=st.booleans(),
)


@given(DOCUMENTS)
def test_a_document_comes_back_as_it_was_stored(document: Document) -> None:
    row = document_row(document)
    assert document_from_record(json.loads(row.record)) == storable_document(document)
    assert not any(isinstance(value, str) and ("\0" in value or storable(value) != value) for value in row)


@given(ANY)
def test_text_is_made_storable_without_moving_a_character(text: str) -> None:
    stored = storable(text)
    assert len(stored) == len(text)
    assert "\0" not in stored
    stored.encode()
    assert all(new in (old, "\ufffd") for old, new in zip(text, stored, strict=True))


def test_a_backslash_that_only_looks_like_nul_stays() -> None:
    document = Document(source="file", id="1", title=r"the escape \u0000", abstract="x")
    assert document_from_record(json.loads(document_row(document).record)) == document


def test_a_record_of_an_older_version_takes_defaults_and_of_a_newer_one_drops_fields() -> None:
    record = {"source": "pmid", "id": "1", "title": "T", "sections": [{"text": "x"}], "invented_later": 1}
    assert document_from_record(record) == Document(source="pmid", id="1", title="T", sections=(Section("x"),))


def test_a_key_too_long_for_an_index_is_hashed() -> None:
    long = [document_key(Document(source="file", id=name * 600, title="")) for name in "ab"]
    assert document_key(Document(source="file", id="a", title="")) == "file:a"
    assert len(set(long)) == 2
    assert all(len(key) < 512 for key in long)
    assert document_row(Document(source="doi", id="1", title="", doi="x" * 600)).doi is None


def test_content_is_what_extraction_reads() -> None:
    document = Document(source="pmid", id="1", title="T", abstract="A")
    same = Document(source="pmid", id="1", title="T", abstract="A", mesh=(MeshHeading("D1", "x"),), revised="2020")
    retracted = Document(source="pmid", id="1", title="T", abstract="A", publication_types=("Retracted Publication",))
    assert content_sha256(document) == content_sha256(same)
    assert len({content_sha256(d) for d in (document, retracted, Document(source="pmid", id="1", title="T A"))}) == 3


@pytest.mark.parametrize("curie", [None, Curie("CHEBI:45783")])
def test_a_claim_row_carries_key_spans_and_identifiers(curie: Curie | None) -> None:
    link = Link(Entity(curie, "imatinib", EntityKind.DRUG)) if curie else Link()
    triplet = Triplet("Imatinib\0", "Inhibitor", "BCR-ABL1")
    evidence = Evidence("Imatinib\0 inhibits it.", Span(3, 22), Span(3, 12), None, Polarity.AFFIRMED)
    run = Run("m", "c", "v")
    document = Document(source="pmid", id="1", title="T")

    [row] = claim_rows(7, Extraction(document, run, Outcome.EXTRACTED, (Claim(triplet, 0.5, evidence, drug=link),)))

    stored = Triplet("Imatinib\ufffd", "Inhibitor", "BCR-ABL1")
    assert row.key == triplet_key(stored, curie)
    assert (row.document_id, row.run_id, row.drug_curie, row.target_curie) == (7, run.id, curie, None)
    assert (row.drug, row.drug_name, row.target_name) == ("Imatinib\ufffd", "imatinib\ufffd", "bcr-abl1")
    assert (row.sentence_start, row.sentence_end, row.drug_start, row.target_start) == (3, 22, 3, None)
    assert row.sentence == "Imatinib\ufffd inhibits it."

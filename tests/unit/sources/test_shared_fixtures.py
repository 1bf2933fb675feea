"""Every real file of the shared fixtures is read or refused with file, line and reason; counts are pinned."""

from __future__ import annotations

import re
from pathlib import Path

import pubmed_parser
import pytest

from dti.domain.documents import Document
from dti.errors import DtiError
from dti.sources import SourceFault, read

PLACE = re.compile(r"^[^:]+:\d+")

# Folder: files, documents, faults, files refused as a whole.
COUNTS = {
    "pubmed_xml": (109, 116, 5, 1),
    "pubmed_baseline": (3, 604, 0, 0),
    "flat": (46, 142, 8, 2),
    "jats": (24, 34, 0, 0),
    "bioc": (4, 54, 0, 1),
    "pubtator": (1, 50, 0, 0),
}


def outcome(path: Path) -> tuple[list[Document], list[SourceFault], str]:
    try:
        items = list(read(path))
    except DtiError as error:
        return [], [], str(error)
    return [item for item in items if isinstance(item, Document)], [item for item in items if isinstance(item, SourceFault)], ""


@pytest.mark.parametrize("folder", COUNTS)
def test_every_file_is_read_or_refused(shared_data, folder):
    paths = [path for path in (shared_data / "fixtures" / folder).rglob("*") if path.is_file()]
    outcomes = [outcome(path) for path in paths]
    for path, (documents, faults, error) in zip(paths, outcomes, strict=True):
        assert documents or faults or error, path.name
        assert not error or error.startswith(path.name), error
        assert not error or PLACE.match(error), error
        assert all(PLACE.match(fault.place) and fault.reason for fault in faults)
        assert all(document.title or document.abstract or document.deleted or document.id for document in documents)
    counts = tuple(sum(map(len, part)) for part in ([o[0] for o in outcomes], [o[1] for o in outcomes]))
    assert (len(paths), *counts, sum(bool(error) for *_, error in outcomes)) == COUNTS[folder]


def test_shared_fields_agree_with_pubmed_parser(shared_data):
    """PMID, title, abstract and DOI of every update file, white space aside."""
    for path in sorted((shared_data / "fixtures" / "pubmed_baseline").glob("*.gz")):
        ours = {document.pmid: document for document in outcome(path)[0] if not document.deleted}
        theirs = {record["pmid"]: record for record in pubmed_parser.parse_medline_xml(str(path)) if not record["delete"]}
        assert set(ours) == set(theirs)
        for pmid, record in theirs.items():
            document = ours[pmid]
            assert document.title == " ".join(record["title"].split())
            assert " ".join(f"{section.label} {section.text}".strip() for section in document.sections) == " ".join(
                record["abstract"].split()
            )
            assert record["doi"] in {document.doi, ""}  # it does not look at ELocationID
            assert record["pmc"] in {document.pmcid, ""}  # it does not look at OtherID
            assert len(document.mesh) == len(list(filter(None, record["mesh_terms"].split("; "))))
